/* Bursts of numbered messages, through an endpoint or, each behind its length (u16 le), through a stream. */
#ifndef BURST_H
#define BURST_H

int burst_send(int argc, char **argv);
int burst_receive(int argc, char **argv);
int burst_encode(int argc, char **argv);
int burst_verify(int argc, char **argv);

#endif
