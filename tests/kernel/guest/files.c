#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The kernel's own: a blocked rpmsg send that gives up after 15 s lets it through to the program. */
#define ERESTARTSYS 512

void fail(const char *what)
{
	int error = errno;
	const char *name = error == ERESTARTSYS ? "ERESTARTSYS" : strerrorname_np(error);

	if (name)
		printf("%s: %s\n", what, name);
	else
		printf("%s: errno %d\n", what, error);
	exit(1);
}

int file_open(const char *name)
{
	int fd;

	if (!strncmp(name, "fd:", 3))
		return (int)number_of(name + 3);
	fd = open(name, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (fd < 0)
		fail(name);
	return fd;
}

uint32_t number_of(const char *text)
{
	char *end;
	unsigned long long value;

	if (!strcmp(text, "any"))
		return UINT32_MAX;
	errno = 0;
	value = strtoull(text, &end, 0);
	if (errno || end == text || *end || *text == '-' || value > UINT32_MAX) {
		printf("'%s' is no number up to 0xffffffff\n", text);
		exit(2);
	}
	return (uint32_t)value;
}

ssize_t message_read(int fd, uint8_t *message, size_t size, int seconds)
{
	struct pollfd one = { .fd = fd, .events = POLLIN };
	int ready = poll(&one, 1, seconds * 1000);

	if (ready < 0)
		return -1;
	if (!ready) {
		errno = ETIMEDOUT;
		return -1;
	}
	return read(fd, message, size);
}

int stream_write(int fd, const uint8_t *bytes, size_t length)
{
	while (length) {
		ssize_t written = write(fd, bytes, length);

		if (written < 0)
			return -1;
		bytes += written;
		length -= (size_t)written;
	}
	return 0;
}

int stream_read(int fd, uint8_t *bytes, size_t length, int seconds)
{
	while (length) {
		ssize_t got = message_read(fd, bytes, length, seconds);

		if (got < 0)
			return -1;
		if (!got) {
			errno = ENODATA;
			return -1;
		}
		bytes += got;
		length -= (size_t)got;
	}
	return 0;
}
