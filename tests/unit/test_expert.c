/* The linear expert's share: chosen by what makes validation most likely. */
#include "train/experts/expert.h"

#include "golden/golden.h"
#include "harness.h"

enum { CLASSES = 3, PIXELS = 3000 };

/* Scores that favour the label by `margin`, in noise. */
static s2_scored_pixels make_scores(const char *name, double margin)
{
    s2_scored_pixels scored;
    const uint64_t noise = golden_stream(name);
    REQUIRE(s2_scored_pixels_init(&scored, CLASSES, PIXELS, NULL) == S2RGF_OK);
    for (int i = 0; i < PIXELS; i++) {
        float scores[CLASSES];
        for (int k = 0; k < CLASSES; k++)
            scores[k] = (float)(3 * golden_noise(noise, (uint64_t)(CLASSES * i + k)) +
                                (k == i % CLASSES ? margin : 0));
        s2_scored_pixels_add(&scored, scores, i % CLASSES);
    }
    return scored;
}

/* The share of an expert beside a network, of pixels in groups of that size; the sum is checked,
   too. */
static s2_share choose(double network_margin, double expert_margin, int group_pixels)
{
    static int group[PIXELS];
    const s2_scored_pixels network = make_scores("network", network_margin);
    s2_expert_trial trial = {make_scores("network", network_margin),
                             make_scores("expert", expert_margin), group,
                             1 + (PIXELS - 1) / group_pixels};
    s2_share share = {-1, 0, 0};
    double apart = 0;
    for (int i = 0; i < PIXELS; i++)
        group[i] = i / group_pixels;
    CHECK(s2_expert_choose_share(&trial, S2_EXPERT_SHARE, &share, NULL) == S2RGF_OK);
    CHECK(trial.network.count == PIXELS &&
          memcmp(trial.network.labels, network.labels, PIXELS * sizeof(int16_t)) == 0);
    for (int i = 0; i < PIXELS * CLASSES; i++)
        apart = fmax(apart, fabs((double)trial.network.scores[i] - (double)network.scores[i] -
                                 share.share * (double)trial.expert.scores[i]));
    CHECK(apart < 1e-5);
    s2_scored_pixels all[] = {trial.network, trial.expert, network};
    for (int i = 0; i < 3; i++)
        s2_scored_pixels_clear(&all[i]);
    return share;
}

static double share_of(double network_margin, double expert_margin, int group_pixels)
{
    return choose(network_margin, expert_margin, group_pixels).share;
}

/* A sum that is worse than the expert alone by more than chance gets more of it. */
static void test_raised(void)
{
    /* one group decides nothing: the usual share, which the network outvotes */
    const s2_share raised = choose(-6, 2, PIXELS);
    CHECK(raised.share == S2_EXPERT_SHARE_MOST);
    CHECK(raised.former_oa < raised.expert_oa - 0.1);
    const s2_share doubled = choose(-0.25, 3, PIXELS);
    CHECK(doubled.share > S2_EXPERT_SHARE && doubled.share < S2_EXPERT_SHARE_MOST);
    const s2_share usual = choose(2, 2, PIXELS);
    CHECK(usual.share == S2_EXPERT_SHARE && isnan(usual.former_oa));
    CHECK(usual.expert_oa > 0.6 && usual.expert_oa < 1);
}

int main(void)
{
    /* an expert that knows nothing, or the opposite, is left out; one that knows more outvotes */
    CHECK(share_of(2, 0, 10) == 0);
    CHECK(share_of(2, -1, 10) == 0);
    CHECK(share_of(1, 1, 10) == 1);
    CHECK(share_of(2, 0.5, 10) < 1);
    CHECK(share_of(0, 3, 10) == 6);
    /* of a single group nothing can be concluded */
    CHECK(share_of(2, 0, PIXELS) == S2_EXPERT_SHARE);

    test_raised();

    /* without a temperature of its own an expert counts less; no sum is surer than the network */
    const s2_fitted_expert calibrated = {.bands.calibrated = true}, other = {0};
    CHECK(s2_expert_usual_share(&calibrated) == S2_EXPERT_SHARE);
    CHECK(s2_expert_usual_share(&other) == S2_EXPERT_SHARE_UNSURE);
    CHECK(s2_expert_temperature(S2_EXPERT_SHARE) == S2_EXPERT_SHARE);
    CHECK(s2_expert_temperature(S2_EXPERT_SHARE_UNSURE) == 1.0);

    s2_expert_trial none = {.groups = 1};
    s2_share share = {-1, 0, 0};
    CHECK(s2_expert_choose_share(&none, 0.75, &share, NULL) == S2RGF_OK);
    CHECK(share.share == 0.75 && isnan(share.expert_oa) && isnan(share.former_oa));
    return harness_end();
}
