/* Ranks as processes that are joined by sockets, without MPI: what they gather, sum and agree on. */
#include "nn/ranks/ranks.h"

#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "harness.h"
#include "nn/layers/batchnorm.h"

#define RANKS 3
#define CROPS 5
#define CHANNELS 4

static int sockets[RANKS][RANKS]; /* [a][b]: a's end of the way to b */

static bool send_to(const s2_rank_link *link, int to, const void *data, size_t bytes)
{
    /* Whoever waits for nothing may have ended by now: even an empty message fails then */
    return bytes == 0 || send(sockets[link->rank][to], data, bytes, MSG_NOSIGNAL) == (ssize_t)bytes;
}

static bool receive_from(const s2_rank_link *link, int from, void *data, size_t bytes)
{
    return bytes == 0 ||
           recv(sockets[link->rank][from], data, bytes, MSG_WAITALL) == (ssize_t)bytes;
}

static bool broadcast(const s2_rank_link *link, int from, void *data, size_t bytes)
{
    bool well = true;
    for (int r = 0; r < RANKS; r++)
        if (r != from && (r == link->rank || from == link->rank))
            well = (r == link->rank ? receive_from(link, from, data, bytes)
                                    : send_to(link, r, data, bytes)) &&
                   well; /* the others still wait for theirs */
    return well;
}

static bool gather(const s2_rank_link *link, void *all, size_t unit, const int *counts)
{
    char *block = all;
    bool well = true;
    for (int r = 0; r < RANKS; block += (size_t)counts[r++] * unit)
        well = broadcast(link, r, block, (size_t)counts[r] * unit) && well;
    return well;
}

/* Run a test in every rank; each checks, and all must hold. */
static void run_ranks(void (*test)(s2_ranks *ranks))
{
    pid_t children[RANKS];
    for (int a = 0; a < RANKS; a++)
        for (int b = 0; b < a; b++) {
            int pair[2];
            REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
            sockets[a][b] = pair[0];
            sockets[b][a] = pair[1];
        }
    fflush(stdout);
    for (int r = 0; r < RANKS; r++) {
        children[r] = fork();
        REQUIRE(children[r] >= 0);
        if (children[r] > 0)
            continue;
        const s2_rank_link link = {.rank = r,
                                   .count = RANKS,
                                   .here = RANKS,
                                   .gather = gather,
                                   .send = send_to,
                                   .receive = receive_from,
                                   .broadcast = broadcast};
        s2_ranks ranks;
        harness_checks = harness_failures = 0;
        for (int a = 0; a < RANKS; a++) /* the ends of the others: closed when they end */
            for (int b = 0; b < RANKS; b++)
                if (a != r && a != b)
                    close(sockets[a][b]);
        CHECK(s2_ranks_init(&ranks, &link, NULL) == S2RGF_OK);
        CHECK(s2_ranks_divide(&ranks, CROPS, NULL) == S2RGF_OK);
        test(&ranks);
        s2_ranks_clear(&ranks);
        fflush(stdout);
        _exit(harness_failures > 0 || harness_checks == 0);
    }
    for (int a = 0; a < RANKS; a++)
        for (int b = 0; b < RANKS; b++)
            if (a != b)
                close(sockets[a][b]);
    for (int r = 0; r < RANKS; r++) {
        int ended = 1;
        CHECK(waitpid(children[r], &ended, 0) == children[r] && ended == 0);
    }
}

static void test_division(s2_ranks *ranks)
{
    static const int own[RANKS] = {2, 2, 1}, first[RANKS] = {0, 2, 4};
    s2rgf_error err = {.status = S2RGF_OK};
    CHECK(s2_ranks_own(ranks, CROPS) == own[ranks->link.rank]);
    CHECK(s2_ranks_first_crop(ranks) == first[ranks->link.rank]);
    CHECK(s2_ranks_crops(ranks, own[ranks->link.rank]) == CROPS);
    CHECK(s2_ranks_leads(ranks) == (ranks->link.rank == 0));
    CHECK(s2_ranks_divide(ranks, RANKS - 1, &err) == S2RGF_INVALID_ARGUMENT);
    CHECK_CONTAINS(err.message, "expected at most 2");
}

/* Every crop has its number; rank r has r + 1 rows, of which some may be none. */
static void test_gathering(s2_ranks *ranks)
{
    const int own = s2_ranks_own(ranks, CROPS), first = s2_ranks_first_crop(ranks);
    int crops[2], rows[6] = {0};
    size_t before = 99;
    for (int n = 0; n < own; n++)
        crops[n] = 10 * (first + n);
    const int *all = s2_ranks_gather(ranks, crops, sizeof *crops);
    REQUIRE(all);
    for (int n = 0; n < CROPS; n++)
        CHECK(all[n] == 10 * n);
    CHECK(s2_ranks_count(ranks, (size_t)ranks->link.rank, &before) == 3);
    CHECK(before == (size_t)(ranks->link.rank == 2));
    for (int i = 0; i < ranks->link.rank; i++)
        rows[before + (size_t)i] = 7 * ranks->link.rank;
    s2_ranks_gather_rows(ranks, rows, sizeof *rows);
    CHECK(rows[0] == 7 && rows[1] == 14 && rows[2] == 14);
    CHECK(s2_ranks_check(ranks, NULL) == S2RGF_OK);
}

/* 1e8 + 1 - 1e8 depends on the order in float: the sum must be that of the crops in order. */
static void test_sums(s2_ranks *ranks)
{
    static const float crops[CROPS] = {1e8f, 1.0f, -1e8f, 0.5f, 3.0f};
    float sum = 0.0f, expected = 0.0f;
    for (int n = 0; n < CROPS; n++)
        expected += crops[n];
    s2_ranks_take_sum(ranks, &sum, 1);
    for (int n = 0; n < s2_ranks_own(ranks, CROPS); n++)
        sum += crops[s2_ranks_first_crop(ranks) + n];
    s2_ranks_pass_sum(ranks, &sum, 1);
    CHECK(ranks->link.rank < RANKS - 1 || sum == expected);
}

static void test_agreement(s2_ranks *ranks)
{
    s2rgf_error err = {.status = S2RGF_OK};
    char told[8] = "";
    CHECK(s2_ranks_agree(ranks, S2RGF_OK, &err) == S2RGF_OK && !ranks->ended);
    CHECK(s2_ranks_all(ranks, true));
    CHECK(!s2_ranks_all(ranks, ranks->link.rank != 2));
    if (ranks->link.rank == 0)
        strcpy(told, "word");
    CHECK(s2_ranks_tell(ranks, told, sizeof told, &err) == S2RGF_OK);
    CHECK_STR(told, "word");
    CHECK(s2_ranks_compare(ranks, 42, "numbers", &err) == S2RGF_OK && !ranks->ended);
    CHECK(s2_ranks_compare(ranks, ranks->link.rank < 2 ? 42 : 43, "numbers", &err) ==
          S2RGF_MISMATCH);
    CHECK_STR(err.message, "rank 2 has other numbers than rank 0");
    CHECK(ranks->ended);
}

/* The first that fails is told to all, and the others' own failures are not. */
static void test_failure(s2_ranks *ranks)
{
    s2rgf_error err = {.status = S2RGF_OK, .message = "mine"};
    s2rgf_status status = S2RGF_OK;
    if (ranks->link.rank > 0) {
        status = err.status = ranks->link.rank == 1 ? S2RGF_IO : S2RGF_FORMAT;
        snprintf(err.message, sizeof err.message, "file %d: bad", ranks->link.rank);
    }
    CHECK(s2_ranks_agree(ranks, status, &err) == S2RGF_IO);
    CHECK(err.status == S2RGF_IO && ranks->ended);
    CHECK_STR(err.message, "rank 1: file 1: bad");
}

/* When one has gone, the others see that, and wait for nobody again. */
static void test_loss(s2_ranks *ranks)
{
    s2rgf_error err = {.status = S2RGF_OK};
    const int own[2] = {1, 2};
    CHECK(!ranks->ended);
    if (ranks->link.rank == 1)
        return;
    CHECK(!s2_ranks_gather(ranks, own, sizeof *own));
    CHECK(!s2_ranks_gather(ranks, own, sizeof *own));
    CHECK(s2_ranks_check(ranks, &err) == S2RGF_IO);
    CHECK_CONTAINS(err.message, "no longer be reached");
    CHECK(s2_ranks_agree(ranks, S2RGF_OK, &err) == S2RGF_IO);
}

/* Crops first.. of a batch: forward and backward, and what a network learns of it. */
static void normalise(s2_ranks *ranks, int first, int crops, s2_tensor *y, s2_tensor *dx,
                      float learned[3 * CHANNELS])
{
    s2_params params = {0};
    s2_batchnorm bn;
    s2_batchnorm_state state;
    s2_tensor x;
    s2_batchnorm_declare(&bn, &params, "bn", CHANNELS);
    REQUIRE(!params.failed);
    s2_params_share(&params, ranks);
    REQUIRE(s2_batchnorm_state_init(&state, crops, CHANNELS, NULL) == S2RGF_OK);
    REQUIRE(s2_tensor_init(&x, crops, 3, 2, CHANNELS, NULL) == S2RGF_OK);
    REQUIRE(s2_tensor_init(y, crops, 3, 2, CHANNELS, NULL) == S2RGF_OK);
    REQUIRE(s2_tensor_init(dx, crops, 3, 2, CHANNELS, NULL) == S2RGF_OK);
    for (size_t i = 0; i < s2_tensor_pixels(&x) * CHANNELS; i++) {
        const size_t at = i + (size_t)first * 6 * CHANNELS;
        x.data[i] = (float)sin(37.1 * (double)at) * 3.0f + (float)(at % 5);
        dx->data[i] = (float)cos(11.3 * (double)at);
    }
    s2_batchnorm_forward(&bn, &state, &x, true, y);
    s2_batchnorm_backward(&bn, &state, &x, y, dx, dx);
    memcpy(learned, bn.weight->grad, CHANNELS * sizeof(float));
    memcpy(learned + CHANNELS, bn.bias->grad, CHANNELS * sizeof(float));
    memcpy(learned + 2 * CHANNELS, state.inv_std, CHANNELS * sizeof(float));
    s2_tensor_clear(&x);
    s2_batchnorm_state_clear(&state);
    s2_params_clear(&params);
}

/* The bits of each rank's crops, and of the gradients, are those of one process with all crops. */
static void test_batchnorm(s2_ranks *ranks)
{
    const int own = s2_ranks_own(ranks, CROPS), first = s2_ranks_first_crop(ranks);
    s2_tensor alone[2], together[2];
    float learned_alone[3 * CHANNELS], learned[3 * CHANNELS];
    normalise(NULL, 0, CROPS, &alone[0], &alone[1], learned_alone);
    normalise(ranks, first, own, &together[0], &together[1], learned);
    for (int t = 0; t < 2; t++) {
        CHECK(memcmp(s2_tensor_at(&alone[t], first), together[t].data,
                     (size_t)own * 6 * CHANNELS * sizeof(float)) == 0);
        s2_tensor_clear(&alone[t]);
        s2_tensor_clear(&together[t]);
    }
    CHECK(memcmp(learned_alone, learned, sizeof learned) == 0);
}

int main(void)
{
    run_ranks(test_division);
    run_ranks(test_gathering);
    run_ranks(test_sums);
    run_ranks(test_agreement);
    run_ranks(test_failure);
    run_ranks(test_loss);
    run_ranks(test_batchnorm);
    return harness_end();
}
