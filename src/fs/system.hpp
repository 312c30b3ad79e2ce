#pragma once
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

/// The system calls through which this module touches files: the kernel's own, except in the build
/// of tests/faults, whose functions of the same names fail on demand. Private to `fs`.
namespace expcore::fs::system {

#ifndef EXPCORE_FAULTS

using ::chmod;
using ::copy_file_range;
using ::fchmod;
using ::flock;
using ::fstat;
using ::fstatat;
using ::fsync;
using ::ftruncate;
using ::ioctl;
using ::link;
using ::lstat;
using ::mkdir;
using ::mkdtemp;
using ::open;
using ::opendir;
using ::read;
using ::readdir;
using ::readlink;
using ::realpath;
using ::rename;
using ::renameat2;
using ::rmdir;
using ::stat;
using ::symlink;
using ::syncfs;
using ::unlink;
using ::write;

#else

int chmod(const char* path, mode_t mode);
ssize_t copy_file_range(int from, off64_t* from_at, int to, off64_t* to_at, std::size_t size,
                        unsigned flags);
int fchmod(int file, mode_t mode);
int flock(int file, int operation);
int fstat(int file, struct ::stat* result);
int fstatat(int folder, const char* name, struct ::stat* result, int flags);
int fsync(int file);
int ftruncate(int file, off_t size);
int ioctl(int file, unsigned long request, int argument);
int link(const char* from, const char* to);
int lstat(const char* path, struct ::stat* result);
int mkdir(const char* path, mode_t mode);
char* mkdtemp(char* name);
int open(const char* path, int flags, mode_t mode = 0);
DIR* opendir(const char* path);
ssize_t read(int file, void* buffer, std::size_t size);
dirent* readdir(DIR* folder);
ssize_t readlink(const char* path, char* buffer, std::size_t size);
char* realpath(const char* path, char* buffer);
int rename(const char* from, const char* to);
int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags);
int rmdir(const char* path);
int stat(const char* path, struct ::stat* result);
int symlink(const char* target, const char* path);
int syncfs(int file);
int unlink(const char* path);
ssize_t write(int file, const void* buffer, std::size_t size);

#endif

}  // namespace expcore::fs::system
