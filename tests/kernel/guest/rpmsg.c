/*
 * rpmsg: what Linux offers to programs for rpmsg (linux/rpmsg.h), one command at a time.
 * Results go to standard output. Exit code 0: done; 1: the kernel or the data said no, with the errno's name; 2: usage.
 * DEV is a device file or fd:N. Addresses are numbers or "any".
 */
#include "burst.h"
#include "files.h"
#include "numbered.h"

#include <errno.h>
#include <linux/ioctl.h>
#include <linux/types.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* linux/rpmsg.h, which older header packages lack in part. */
struct endpoint {
	char name[32];
	__u32 src, dst;
};
#define CREATE_EPT _IOW(0xb5, 0x1, struct endpoint)
#define DESTROY_EPT _IO(0xb5, 0x2)
#define CREATE_DEV _IOW(0xb5, 0x3, struct endpoint)
#define RELEASE_DEV _IOW(0xb5, 0x4, struct endpoint)

/* Longer than any payload, to see the kernel refuse it. */
#define LONGEST 65536

static int control(unsigned long request, char **argv)
{
	struct endpoint endpoint = { .src = number_of(argv[2]), .dst = number_of(argv[3]) };

	/* Cut like the kernel does. */
	snprintf(endpoint.name, sizeof(endpoint.name), "%s", argv[1]);
	if (ioctl(file_open(argv[0]), request, &endpoint) < 0)
		fail("ioctl");
	return 0;
}

/* CTRL NAME SRC DST: makes /dev/rpmsgN; its endpoint lives while that is open. */
static int create_ept(int argc, char **argv) { (void)argc; return control(CREATE_EPT, argv); }

/* CTRL NAME SRC DST: makes a channel. With a source, it is announced to the other side as soon as a driver has it. */
static int create_dev(int argc, char **argv) { (void)argc; return control(CREATE_DEV, argv); }

/* CTRL NAME SRC DST: removes it, and says so to the other side. */
static int release_dev(int argc, char **argv) { (void)argc; return control(RELEASE_DEV, argv); }

/* DEV: removes a file that create-ept made. */
static int destroy_ept(int argc, char **argv)
{
	(void)argc;
	if (ioctl(file_open(argv[0]), DESTROY_EPT) < 0)
		fail("ioctl");
	return 0;
}

/* DEV TEXT: sends TEXT as one message. */
static int send_text(int argc, char **argv)
{
	(void)argc;
	if (write(file_open(argv[0]), argv[1], strlen(argv[1])) < 0)
		fail("write");
	return 0;
}

/* DEV LENGTH: writes one message of that length, bytes 0, 1, 2 ... modulo 251. Prints what write() returned. */
static int write_length(int argc, char **argv)
{
	static uint8_t message[LONGEST];
	uint32_t length = number_of(argv[1]);
	ssize_t written;

	(void)argc;
	if (length > LONGEST)
		length = LONGEST;
	for (uint32_t i = 0; i < length; i++)
		message[i] = (uint8_t)(i % 251);
	written = write(file_open(argv[0]), message, length);
	if (written < 0)
		fail("write");
	printf("%zd\n", written);
	return 0;
}

/* DEV [SECONDS]: receives one message. Prints its length and its bytes, in hexadecimal where they are no text. */
static int read_one(int argc, char **argv)
{
	static uint8_t message[LONGEST];
	ssize_t length = message_read(file_open(argv[0]), message, sizeof(message), argc > 1 ? (int)number_of(argv[1]) : 60);
	int text = 1;

	if (length < 0)
		fail("read");
	for (ssize_t i = 0; i < length; i++)
		text &= message[i] >= ' ' && message[i] < 0x7f;
	printf("%zd ", length);
	for (ssize_t i = 0; i < length; i++)
		printf(text ? "%c" : "%02x", message[i]);
	printf("\n");
	return 0;
}

/* DEV COUNT [SECONDS]: sends the next COUNT messages back. */
static int echo(int argc, char **argv)
{
	static uint8_t message[LONGEST];
	int fd = file_open(argv[0]), patience = argc > 2 ? (int)number_of(argv[2]) : 60;
	uint32_t count = number_of(argv[1]);

	for (uint32_t i = 0; i < count; i++) {
		ssize_t length = message_read(fd, message, sizeof(message), patience);

		if (length < 0)
			fail("read");
		if (write(fd, message, (size_t)length) != length)
			fail("write");
	}
	printf("echoed=%u\n", count);
	return 0;
}

static const struct {
	const char *name, *usage;
	int least, most;
	int (*run)(int argc, char **argv);
} commands[] = {
	{ "create-ept", "CTRL NAME SRC DST", 4, 4, create_ept },
	{ "destroy-ept", "DEV", 1, 1, destroy_ept },
	{ "create-dev", "CTRL NAME SRC DST", 4, 4, create_dev },
	{ "release-dev", "CTRL NAME SRC DST", 4, 4, release_dev },
	{ "send", "DEV TEXT", 2, 2, send_text },
	{ "write", "DEV LENGTH", 2, 2, write_length },
	{ "read", "DEV [SECONDS]", 1, 2, read_one },
	{ "echo", "DEV COUNT [SECONDS]", 2, 3, echo },
	{ "burst-send", "DEV SEED COUNT [PAUSE_US]", 3, 4, burst_send },
	{ "burst-receive", "DEV SEED [SECONDS]", 2, 3, burst_receive },
	{ "encode", "SEED COUNT", 2, 2, burst_encode },
	{ "verify", "SEED [SECONDS]", 1, 2, burst_verify },
};

int main(int argc, char **argv)
{
	const size_t count = sizeof(commands) / sizeof(commands[0]);

	for (size_t i = 0; argc > 1 && i < count; i++)
		if (!strcmp(argv[1], commands[i].name) && argc - 2 >= commands[i].least && argc - 2 <= commands[i].most)
			return commands[i].run(argc - 2, argv + 2);
	for (size_t i = 0; i < count; i++)
		printf("rpmsg %s %s\n", commands[i].name, commands[i].usage);
	return 2;
}
