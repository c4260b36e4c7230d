/* Messages that carry their own proof. See numbered.c. */
#ifndef NUMBERED_H
#define NUMBERED_H

#include <stddef.h>
#include <stdint.h>

#define NUMBERED_MAXIMUM 496 /* payload of a 512-byte rpmsg buffer */
#define NUMBERED_HEADER 9    /* number u64 le, last u8 */

/* Writes message NUMBER of SEED; its length. */
size_t numbered_write(uint32_t seed, uint64_t number, int last, uint8_t *message);

/* Reads one. 0: it is message *NUMBER of SEED, every bit. -1: nothing of it may be trusted. */
int numbered_read(uint32_t seed, const uint8_t *message, size_t length, uint64_t *number, int *last);

/* What became of the messages of one direction, by the order of their arrival. */
struct receipt {
	uint64_t received, corrupted, duplicated, reordered, expected, seen;
};

void receipt_add(struct receipt *receipt, uint64_t number);

/* Prints "received=N lost=N duplicated=N reordered=N corrupted=N"; 0 when nothing is wrong, else 1. */
int receipt_print(const struct receipt *receipt);

#endif
