// Light or dark: as the system says, until somebody chooses.

const MEMORY = 'easel-playground-theme';

const system = matchMedia('(prefers-color-scheme: dark)');

export function isDark() {
  const chosen = document.documentElement.dataset.theme;
  return chosen ? chosen === 'dark' : system.matches;
}

export function onSystemTheme(listener) {
  system.addEventListener('change', listener);
}

export function restoreTheme() {
  try {
    const chosen = localStorage.getItem(MEMORY);
    if (chosen === 'dark' || chosen === 'light') document.documentElement.dataset.theme = chosen;
  } catch {
    // The system's choice holds.
  }
}

export function toggleTheme() {
  const next = isDark() ? 'light' : 'dark';
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem(MEMORY, next);
  } catch {
    // It holds until the page is closed.
  }
}
