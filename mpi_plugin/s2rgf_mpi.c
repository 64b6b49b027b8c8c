/* s2rgf_mpi.so: processes that train one model together, as messages of MPI. */
#include "nn/ranks/link.h"

#include <limits.h>
#include <mpi.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define BUSY_SECONDS 2e-3 /* of a wait, in which a message is expected any moment */
#define LEAST_NAP_NS 20000
#define MOST_NAP_NS 2000000

/* All processes, with messages of our own. One link a process: MPI starts and ends once. */
static MPI_Comm everyone = MPI_COMM_NULL;

/* Until a message has passed. MPI's own waiting would keep a processor busy, which training needs: a
   long wait, for a validation or a slower rank, is slept through in naps that grow. */
static bool wait_for(MPI_Request *request)
{
    struct timespec nap = {0, LEAST_NAP_NS};
    const double started = MPI_Wtime();
    for (;;) {
        int done = 0;
        if (MPI_Test(request, &done, MPI_STATUS_IGNORE) != MPI_SUCCESS)
            return false;
        if (done)
            return true;
        if (MPI_Wtime() - started < BUSY_SECONDS) {
            sched_yield();
            continue;
        }
        nanosleep(&nap, NULL);
        nap.tv_nsec = nap.tv_nsec * 2 < MOST_NAP_NS ? nap.tv_nsec * 2 : MOST_NAP_NS;
    }
}

/* MPI counts in int: a message of many bytes is one of several large blocks. */
static bool gather(const s2_rank_link *link, void *all, size_t unit, const int *counts)
{
    MPI_Datatype block;
    MPI_Request request;
    int *places = malloc((size_t)link->count * sizeof *places);
    bool well = places && unit <= INT_MAX;
    int end = 0;
    for (int r = 0; well && r < link->count; r++) {
        places[r] = end;
        well = counts[r] <= INT_MAX - end;
        end += well ? counts[r] : 0;
    }
    well = well && MPI_Type_contiguous((int)unit, MPI_BYTE, &block) == MPI_SUCCESS;
    if (well) {
        well = MPI_Type_commit(&block) == MPI_SUCCESS &&
               MPI_Iallgatherv(MPI_IN_PLACE, 0, block, all, counts, places, block, everyone,
                               &request) == MPI_SUCCESS &&
               wait_for(&request);
        MPI_Type_free(&block);
    }
    free(places);
    return well;
}

static bool send_to(const s2_rank_link *link, int to, const void *data, size_t bytes)
{
    MPI_Request request;
    (void)link;
    return bytes <= INT_MAX &&
           MPI_Isend(data, (int)bytes, MPI_BYTE, to, 0, everyone, &request) == MPI_SUCCESS &&
           wait_for(&request);
}

static bool receive_from(const s2_rank_link *link, int from, void *data, size_t bytes)
{
    MPI_Request request;
    (void)link;
    return bytes <= INT_MAX &&
           MPI_Irecv(data, (int)bytes, MPI_BYTE, from, 0, everyone, &request) == MPI_SUCCESS &&
           wait_for(&request);
}

static bool broadcast(const s2_rank_link *link, int from, void *data, size_t bytes)
{
    MPI_Request request;
    (void)link;
    return bytes <= INT_MAX &&
           MPI_Ibcast(data, (int)bytes, MPI_BYTE, from, everyone, &request) == MPI_SUCCESS &&
           wait_for(&request);
}

static void end_all(const s2_rank_link *link, int code)
{
    (void)link;
    MPI_Abort(everyone, code);
    exit(code);
}

/* When the process ends: MPI waits for the others then, so that none goes before the first has said
   what there is to say. */
static void finish(void)
{
    int finalized = 1;
    if (MPI_Finalized(&finalized) == MPI_SUCCESS && !finalized)
        MPI_Finalize();
}

/* Start MPI, unless the program has. */
static bool start(void)
{
    int started = 0, offered = MPI_THREAD_SINGLE;
    if (everyone != MPI_COMM_NULL)
        return true;
    if (MPI_Initialized(&started) != MPI_SUCCESS)
        return false;
    if (!started && (MPI_Init_thread(NULL, NULL, MPI_THREAD_FUNNELED, &offered) != MPI_SUCCESS ||
                     atexit(finish) != 0))
        return false;
    return MPI_Comm_dup(MPI_COMM_WORLD, &everyone) == MPI_SUCCESS &&
           MPI_Comm_set_errhandler(everyone, MPI_ERRORS_RETURN) == MPI_SUCCESS;
}

static bool describe(s2_rank_link *link)
{
    MPI_Comm machine;
    if (MPI_Comm_rank(everyone, &link->rank) != MPI_SUCCESS ||
        MPI_Comm_size(everyone, &link->count) != MPI_SUCCESS ||
        MPI_Comm_split_type(everyone, MPI_COMM_TYPE_SHARED, link->rank, MPI_INFO_NULL, &machine) !=
            MPI_SUCCESS)
        return false;
    const bool known = MPI_Comm_size(machine, &link->here) == MPI_SUCCESS;
    return MPI_Comm_free(&machine) == MPI_SUCCESS && known;
}

__attribute__((visibility("default"))) s2_rank_link_opener s2_rank_link_open;

bool s2_rank_link_open(int version, s2_rank_link *link, char *message, size_t size)
{
    if (version != S2_RANK_LINK_VERSION) {
        snprintf(message, size, "the plugin is of another version of s2rgf: expected %d, found %d",
                 version, S2_RANK_LINK_VERSION);
        return false;
    }
    *link = (s2_rank_link){.gather = gather,
                           .send = send_to,
                           .receive = receive_from,
                           .broadcast = broadcast,
                           .end = end_all};
    if (!start() || !describe(link)) {
        snprintf(message, size, "cannot be started");
        return false;
    }
    return true;
}
