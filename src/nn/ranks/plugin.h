/* The plugin through which processes train together. */
#ifndef S2_NN_RANKS_PLUGIN_H
#define S2_NN_RANKS_PLUGIN_H

#include "nn/ranks/ranks.h"

/**
 * Join the other processes that MPI has started. The plugin is the file that S2RGF_MPI_PLUGIN names, or
 * the one that was installed; nothing else of the library needs MPI, and it stays loaded.
 * Errors: UNSUPPORTED (no plugin, or of another version), IO (MPI cannot start), NO_MEMORY. Memory:
 * s2_ranks_clear().
 */
s2rgf_status s2_ranks_join(s2_ranks *ranks, s2rgf_error *err);

/**
 * The end of the work, with what it came to on this rank: OK when it went well on all. Where one has
 * left the others in the middle of a step, they are ended, and this does not return.
 * host  in      is told the error then
 * err   in/out  its message stays on the leading rank alone
 */
s2rgf_status s2_ranks_leave(s2_ranks *ranks, s2rgf_status status, const s2rgf_host *host,
                            s2rgf_error *err);

#endif
