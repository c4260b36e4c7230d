#include "burst.h"

#include "files.h"
#include "numbered.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Nothing for so long is the end of a burst, unless the command says otherwise. Longer than the kernel's own patience (15 s). */
#define PATIENCE 60

/* DEV SEED COUNT [PAUSE_US]: the last one is marked. Stops at the first failure: what was sent before it counts. */
int burst_send(int argc, char **argv)
{
	int fd = file_open(argv[0]);
	uint32_t seed = number_of(argv[1]), count = number_of(argv[2]), pause = argc > 3 ? number_of(argv[3]) : 0;
	struct timespec between = { .tv_sec = pause / 1000000, .tv_nsec = pause % 1000000 * 1000 };
	uint8_t message[NUMBERED_MAXIMUM];

	for (uint32_t number = 0; number < count; number++) {
		size_t length = numbered_write(seed, number, number + 1 == count, message);

		if (write(fd, message, length) != (ssize_t)length) {
			printf("sent=%" PRIu32 "\n", number);
			fail("write");
		}
		if (pause)
			nanosleep(&between, NULL);
	}
	printf("sent=%" PRIu32 "\n", count);
	return 0;
}

/* One received message into the receipt; 1 when it is the last one. */
static int receive(struct receipt *receipt, uint32_t seed, const uint8_t *message, size_t length)
{
	uint64_t number;
	int last;

	receipt->received++;
	if (numbered_read(seed, message, length, &number, &last)) {
		receipt->corrupted++;
		return 0;
	}
	receipt_add(receipt, number);
	return last;
}

/* The burst does not go on: what arrived, and why. */
static void give_up(const struct receipt *receipt, int error)
{
	receipt_print(receipt);
	errno = error;
	fail("read");
}

/* DEV SEED [SECONDS]: until the last message. */
int burst_receive(int argc, char **argv)
{
	int fd = file_open(argv[0]);
	uint32_t seed = number_of(argv[1]);
	int patience = argc > 2 ? (int)number_of(argv[2]) : PATIENCE;
	/* One byte more than a message can have, so that a longer one is seen to be. */
	uint8_t message[NUMBERED_MAXIMUM + 1];
	struct receipt receipt = { 0 };
	ssize_t length;

	do {
		length = message_read(fd, message, sizeof(message), patience);
		/* No numbered message is empty, and a file that has ended is for ever. */
		if (length <= 0)
			give_up(&receipt, length ? errno : ENODATA);
	} while (!receive(&receipt, seed, message, (size_t)length));
	return receipt_print(&receipt);
}

/* SEED COUNT: to standard output. */
int burst_encode(int argc, char **argv)
{
	uint32_t seed = number_of(argv[0]), count = number_of(argv[1]);
	uint8_t framed[2 + NUMBERED_MAXIMUM];

	(void)argc;
	for (uint32_t number = 0; number < count; number++) {
		size_t length = numbered_write(seed, number, number + 1 == count, framed + 2);

		framed[0] = (uint8_t)length;
		framed[1] = (uint8_t)(length >> 8);
		if (stream_write(STDOUT_FILENO, framed, 2 + length)) {
			fprintf(stderr, "sent=%" PRIu32 "\n", number);
			return 1;
		}
	}
	return 0;
}

/* SEED [SECONDS]: from standard input. */
int burst_verify(int argc, char **argv)
{
	uint32_t seed = number_of(argv[0]);
	int patience = argc > 1 ? (int)number_of(argv[1]) : PATIENCE;
	uint8_t prefix[2], message[UINT16_MAX];
	struct receipt receipt = { 0 };
	size_t length;

	do {
		if (stream_read(STDIN_FILENO, prefix, sizeof(prefix), patience))
			give_up(&receipt, errno);
		length = prefix[0] | (size_t)prefix[1] << 8;
		if (stream_read(STDIN_FILENO, message, length, patience))
			give_up(&receipt, errno);
	} while (!receive(&receipt, seed, message, length));
	return receipt_print(&receipt);
}
