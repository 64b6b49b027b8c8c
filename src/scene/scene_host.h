/* The host of one scene of many, which forwards to the host of the whole call. */
#ifndef S2_SCENE_SCENE_HOST_H
#define S2_SCENE_SCENE_HOST_H

#include "s2rgf/base.h"

/** Whose work is going on; all is borrowed. */
typedef struct s2_scene_host {
    const s2rgf_host *outer;
    const char *name;
    size_t done, count; /* scenes */
} s2_scene_host;

/** A host that shows, of many scenes, only warnings, with the scene's name, and progress in all. */
s2rgf_host s2_scene_host_of(s2_scene_host *scene);

#endif
