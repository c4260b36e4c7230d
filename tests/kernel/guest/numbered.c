/*
 * Numbered messages, byte for byte those of NumberedMessage.cs, so that a test's application can be the other end:
 *
 *   0        8      9
 *   | number | last | bytes that follow from seed and number, as many as follow from them (SplitMix64)
 */
#include "numbered.h"

#include <endian.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

/* One bit for each number that has arrived. */
#define NUMBERS (1u << 24)
static uint8_t arrived[NUMBERS / 8];

static uint64_t next(uint64_t *state)
{
	uint64_t z = *state += 0x9E3779B97F4A7C15u;

	z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
	z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
	return z ^ (z >> 31);
}

size_t numbered_write(uint32_t seed, uint64_t number, int last, uint8_t *message)
{
	uint64_t state = ((uint64_t)seed << 32) ^ number, little = htole64(number);
	size_t length = NUMBERED_HEADER + next(&state) % (NUMBERED_MAXIMUM - NUMBERED_HEADER + 1);

	memcpy(message, &little, sizeof(little));
	message[8] = last ? 1 : 0;
	for (size_t i = NUMBERED_HEADER; i < length; i++)
		message[i] = (uint8_t)next(&state);
	return length;
}

int numbered_read(uint32_t seed, const uint8_t *message, size_t length, uint64_t *number, int *last)
{
	uint8_t expected[NUMBERED_MAXIMUM];
	uint64_t little;

	if (length < NUMBERED_HEADER)
		return -1;
	memcpy(&little, message, sizeof(little));
	*number = le64toh(little);
	*last = message[8] != 0;
	if (numbered_write(seed, *number, *last, expected) != length || memcmp(message, expected, length) != 0)
		return -1;
	return *number < NUMBERS ? 0 : -1;
}

void receipt_add(struct receipt *receipt, uint64_t number)
{
	uint8_t bit = (uint8_t)(1u << (number % 8));

	if (arrived[number / 8] & bit) {
		receipt->duplicated++;
		return;
	}
	arrived[number / 8] |= bit;
	receipt->seen++;
	if (number >= receipt->expected)
		receipt->expected = number + 1;
	else
		receipt->reordered++;
}

int receipt_print(const struct receipt *receipt)
{
	uint64_t lost = receipt->expected - receipt->seen;

	printf("received=%" PRIu64 " lost=%" PRIu64 " duplicated=%" PRIu64 " reordered=%" PRIu64 " corrupted=%" PRIu64 "\n",
	       receipt->received, lost, receipt->duplicated, receipt->reordered, receipt->corrupted);
	return lost || receipt->duplicated || receipt->reordered || receipt->corrupted;
}
