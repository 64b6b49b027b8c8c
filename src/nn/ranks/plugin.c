/* The plugin through which processes train together. */
#include "nn/ranks/plugin.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/error.h"
#include "core/log.h"

#define INSTALLED S2_PLUGIN_DIR "/s2rgf_mpi.so"
#define FAILED 1 /* exit code of all processes when one was left waiting */

static s2rgf_status load_opener(s2_rank_link_opener **opener, s2rgf_error *err)
{
    const char *chosen = getenv("S2RGF_MPI_PLUGIN");
    const char *path = chosen ? chosen : INSTALLED;
    /* MPI's own plugins look for its functions among those of the process */
    void *plugin = dlopen(path, RTLD_NOW | RTLD_GLOBAL);
    if (!plugin && access(path, F_OK) != 0)
        return s2_fail(
            err, S2RGF_UNSUPPORTED,
            "%s: not found: mpirun has started several processes, which train together "
            "through this plugin: install the package s2rgf-mpi, or configure s2rgf with "
            "--with-mpi",
            path);
    if (!plugin)
        return s2_fail(err, S2RGF_UNSUPPORTED, "%s: cannot be loaded: %s", path, dlerror());
    *(void **)opener = dlsym(plugin, S2_RANK_LINK_OPENER);
    return *opener ? S2RGF_OK
                   : s2_fail(err, S2RGF_UNSUPPORTED, "%s: not a plugin of s2rgf_train", path);
}

s2rgf_status s2_ranks_join(s2_ranks *ranks, s2rgf_error *err)
{
    s2_rank_link link = {0};
    s2_rank_link_opener *opener = NULL;
    char message[S2RGF_MESSAGE_BYTES / 2] = "";
    const s2rgf_status status = load_opener(&opener, err);
    if (status != S2RGF_OK)
        return status;
    if (!opener(S2_RANK_LINK_VERSION, &link, message, sizeof message))
        return s2_fail(err, S2RGF_IO, "MPI: %s", message);
    return s2_ranks_init(ranks, &link, err);
}

s2rgf_status s2_ranks_leave(s2_ranks *ranks, s2rgf_status status, const s2rgf_host *host,
                            s2rgf_error *err)
{
    if (ranks->broken == S2RGF_OK && !ranks->ended)
        status = s2_ranks_agree(ranks, status, err);
    if (ranks->broken != S2RGF_OK) {
        s2_log(host, S2RGF_WARNING, "rank %d ends the training on all: %s", ranks->link.rank,
               err->message[0] ? err->message : s2rgf_status_text(ranks->broken));
        ranks->link.end(&ranks->link, FAILED);
    }
    if (!s2_ranks_leads(ranks))
        err->message[0] = '\0';
    return status;
}
