/* What a plugin offers to processes that train one model together. */
#ifndef S2_NN_RANKS_LINK_H
#define S2_NN_RANKS_LINK_H

#include <stdbool.h>
#include <stddef.h>

/** Of this header; a plugin made for another one is refused. */
#define S2_RANK_LINK_VERSION 1

/**
 * The way to the other processes, as messages that arrive whole and in order. All processes make the
 * same calls in the same order, in one thread. Each function returns false when a process cannot be
 * reached any more; no further call makes sense then but end().
 */
typedef struct s2_rank_link {
    int rank, count; /* this process, of how many */
    int here;        /* how many of them are on this machine */
    void *data;
    /* all in/out: blocks of `unit` bytes, counts[r] of them from rank r, in the order of the ranks;
       this one's own are in their place */
    bool (*gather)(const struct s2_rank_link *link, void *all, size_t unit, const int *counts);
    bool (*send)(const struct s2_rank_link *link, int to, const void *data, size_t bytes);
    bool (*receive)(const struct s2_rank_link *link, int from, void *data, size_t bytes);
    /* data in  on rank `from`, out on all others */
    bool (*broadcast)(const struct s2_rank_link *link, int from, void *data, size_t bytes);
    /* end all processes with that exit code; does not return */
    void (*end)(const struct s2_rank_link *link, int code);
} s2_rank_link;

/** The function that a plugin exports, and its name. false: the reason is in message [size]. */
typedef bool s2_rank_link_opener(int version, s2_rank_link *link, char *message, size_t size);
#define S2_RANK_LINK_OPENER "s2_rank_link_open"

#endif
