/* Loaded before the C library, it lets calls to a disk fail as file systems of other kinds do.
 *
 * DISK_FAULTS=CALL=ERRNO@PART,… : the call fails with this number where the path has this part in it.
 *
 * With -1 as the number the call never returns, once there is a file `hold` in the working folder; it makes a file `held`
 * there. A call of `tear` writes half before that, one of `synced` all. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static void stay(void) {
  close(REAL(open)("held", O_WRONLY | O_CREAT, 0600));
  for (;;) pause();
}

static int fault(const char *call, const char *path) {
  const char *faults = getenv("DISK_FAULTS");
  char name[32], part[256];
  int number, read;
  while (faults && sscanf(faults, "%31[^=]=%d@%255[^,]%n", name, &number, part, &read) == 3) {
    int strikes = !strcmp(name, call) && path && strstr(path, part);
    if (strikes && (number != -1 || !access("hold", F_OK))) return number;
    faults += read;
    if (*faults == ',') faults++;
  }
  return 0;
}

static int fails(const char *call, const char *path) {
  int number = fault(call, path);
  if (number == -1) stay();
  if (number) errno = number;
  return number;
}

static int fault_at(const char *call, int fd) {
  char link[64], path[4096];
  snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  ssize_t length = readlink(link, path, sizeof path - 1);
  if (length < 0) return 0;
  path[length] = 0;
  return fault(call, path);
}

static int fails_at(const char *call, int fd) {
  int number = fault_at(call, fd);
  if (number == -1) stay();
  if (number) errno = number;
  return number;
}

static int is_folder(int fd) {
  struct stat found;
  return !fstat(fd, &found) && S_ISDIR(found.st_mode);
}

int link(const char *from, const char *to) { return fails("link", to) ? -1 : REAL(link)(from, to); }

int linkat(int from_folder, const char *from, int to_folder, const char *to, int flags) {
  return fails("link", to) ? -1 : REAL(linkat)(from_folder, from, to_folder, to, flags);
}

int mkdir(const char *path, mode_t mode) { return fails("mkdir", path) ? -1 : REAL(mkdir)(path, mode); }

int chmod(const char *path, mode_t mode) { return fails("chmod", path) ? -1 : REAL(chmod)(path, mode); }

int flock(int fd, int operation) { return fails_at("flock", fd) ? -1 : REAL(flock)(fd, operation); }

int fsync(int fd) {
  return fails_at(is_folder(fd) ? "syncfolder" : "sync", fd) ? -1 : REAL(fsync)(fd);
}

int fdatasync(int fd) {
  if (fails_at("sync", fd)) return -1;
  int synced = REAL(fdatasync)(fd);
  return fails_at("synced", fd) ? -1 : synced;
}

ssize_t write(int fd, const void *bytes, size_t count) {
  return fails_at("write", fd) ? -1 : REAL(write)(fd, bytes, count);
}

ssize_t pwrite64(int fd, const void *bytes, size_t count, off64_t at) {
  if (fault_at("tear", fd)) {
    REAL(pwrite64)(fd, bytes, count / 2 & ~4095UL, at);
    stay();
  }
  if ((REAL(fcntl)(fd, F_GETFL) & O_DIRECT) && fails_at("writedirect", fd)) return -1;
  return fails_at("write", fd) ? -1 : REAL(pwrite64)(fd, bytes, count, at);
}

void *mmap64(void *address, size_t length, int protection, int flags, int fd, off64_t at) {
  if ((flags & MAP_SHARED) && fails_at("map", fd)) return MAP_FAILED;
  return REAL(mmap64)(address, length, protection, flags, fd, at);
}

void *mmap(void *address, size_t length, int protection, int flags, int fd, off_t at) {
  return mmap64(address, length, protection, flags, fd, at);
}

static mode_t mode_of(int flags, va_list more) { return flags & O_CREAT ? va_arg(more, mode_t) : 0; }

#define OPEN(name)                                                                                      \
  int name(const char *path, int flags, ...) {                                                          \
    va_list more;                                                                                       \
    va_start(more, flags);                                                                              \
    mode_t mode = mode_of(flags, more);                                                                 \
    va_end(more);                                                                                       \
    if ((flags & O_CREAT) && fails("create", path)) return -1;                                          \
    if ((flags & O_DIRECT) && fails("opendirect", path)) return -1;                                     \
    return REAL(name)(path, flags, mode);                                                               \
  }
OPEN(open)
OPEN(open64)

#define FCNTL(name)                                                                                     \
  int name(int fd, int command, ...) {                                                                  \
    va_list more;                                                                                       \
    va_start(more, command);                                                                            \
    void *argument = va_arg(more, void *);                                                              \
    va_end(more);                                                                                       \
    return command == F_SETLK && fails_at("lock", fd) ? -1 : REAL(name)(fd, command, argument);         \
  }
FCNTL(fcntl)
FCNTL(fcntl64)
