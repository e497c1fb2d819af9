// The panel's jobs and ledger: what was reserved, spent and returned.

import { html } from './vendor/htm-preact.js';
import { Nothing } from './panel.js';
import { channelName, channelOf, memberOf } from './state.js';
import { clock, dollars, duration } from './time.js';

const HEADINGS = { balanced: 'The ledger balances', pending: 'Something is on its way', incomplete: 'Not everything has come' };

export function Jobs({ panel }) {
  if (panel.jobs.length === 0) return html`<${Nothing}>No job yet: <code>/imagine</code> makes one.<//>`;
  return html`<ol class="jobs">${panel.jobs.map((job) => html`<${Job} key=${job.id} job=${job} />`)}</ol>`;
}

function Job({ job }) {
  const place = channelOf(job.channel);
  return html`<li class="job">
    <p class="job-head"><span class="state state-${job.state}">${job.state}</span><code>${job.model}</code><span class="call-time">${job.pictures === 1 ? '1 picture' : `${job.pictures} pictures`}</span></p>
    <p class="job-prompt">${job.prompt}</p>
    <small>${memberOf(job.member)?.name ?? 'somebody'}${place ? ` in ${channelName(place)}` : ''} · <span class="mono">${job.id}</span></small>
    <ol class="timeline">${job.steps.map((step, at) => html`<li key=${at} class=${at === job.steps.length - 1 ? 'last' : ''}>
      <span>${step.name}</span><small title=${clock(step.at)}>${at === 0 ? clock(step.at) : `+${duration(Math.max(0, step.at - job.steps[at - 1].at))}`}</small></li>`)}</ol>
    <${Sums} reserved=${job.reserved} spent=${job.spent} returned=${job.returned} />
  </li>`;
}

function Sums({ reserved, spent, returned }) {
  return html`<dl class="sums"><div><dt>Reserved</dt><dd>${dollars(reserved)}</dd></div><div><dt>Spent</dt><dd>${dollars(spent)}</dd></div><div><dt>Returned</dt><dd>${dollars(returned)}</dd></div></dl>`;
}

export function Ledger({ panel }) {
  const { ledger } = panel;
  if (!ledger) return html`<${Nothing}>Nothing has been spent.<//>`;
  const { calls, pictures, budget, spent, reserved } = ledger;
  const used = budget ? Math.min(1, (spent + reserved) / budget) : null;
  return html`<div class="verdict ${ledger.state}" role="status"><b>${HEADINGS[ledger.state]}</b><p>${ledger.verdict}</p></div>
    <h3>${ledger.month}</h3>
    <${Sums} reserved=${reserved} spent=${spent} returned=${ledger.returned} />
    ${used !== null && html`<p>${dollars(spent + reserved)} of the budget of ${dollars(budget)}</p><meter min="0" max="1" value=${used} aria-label="Used of the budget"></meter>`}
    <table><caption>Pictures and calls</caption><tbody>
      ${[['Calls of models made', calls.made], ['Calls answered', calls.answered], ['Pictures paid', pictures.paid], ['Pictures in the archive', pictures.archived], ['Pictures shown', pictures.shown]]
        .map(([name, n]) => html`<tr key=${name}><th scope="row">${name}</th><td class="number">${n}</td></tr>`)}
    </tbody></table>`;
}
