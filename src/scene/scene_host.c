/* The host of one scene of many, which forwards to the host of the whole call. */
#include "scene/scene_host.h"

#include "core/log.h"

static bool show_progress(double fraction, void *user)
{
    const s2_scene_host *own = user;
    return s2_progress(own->outer, ((double)own->done + fraction) / (double)own->count);
}

static void show_line(s2rgf_log_level level, const char *line, void *user)
{
    const s2_scene_host *own = user;
    s2_log(own->outer, level == S2RGF_WARNING ? S2RGF_WARNING : S2RGF_DEBUG, "%s: %s", own->name,
           line);
}

s2rgf_host s2_scene_host_of(s2_scene_host *scene)
{
    return (s2rgf_host){show_progress, show_line, scene};
}
