/* Files as arguments, and messages through them. */
#ifndef FILES_H
#define FILES_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/*
 * Opens a device file. "fd:3" is a descriptor that the shell has open (exec 3<>/dev/rpmsg0): an rpmsg endpoint can be open
 * once only, and two commands may share it that way. Does not return after a failure.
 */
int file_open(const char *name);

/* Prints "what: errno name" and ends with 1. */
void fail(const char *what) __attribute__((noreturn));

/* A number from the command line, decimal or 0x...; "any" is 0xffffffff. Ends with 2 when it is none. */
uint32_t number_of(const char *text);

/*
 * Reads one message, waiting at most that many seconds for it. Its length; 0 at the end of the file; -1 with errno set,
 * ETIMEDOUT when nothing came.
 */
ssize_t message_read(int fd, uint8_t *message, size_t size, int seconds);

/* Writes or reads exactly so many bytes of a stream. 0, or -1 with errno set, ENODATA at the end of the file. */
int stream_write(int fd, const uint8_t *bytes, size_t length);
int stream_read(int fd, uint8_t *bytes, size_t length, int seconds);

#endif
