/* Few of the lazy maps of a process keep their working memory: a mosaic may open hundreds of
   them. */
#include "working_memory.h"

#include <algorithm>
#include <array>

#define KEPT 4 /* maps that rest with their memory */

namespace
{

/* A map that rests, with its lock. */
struct Resting {
    s2rgf_lazy_map *map;
    std::recursive_mutex *lock;
};

/* The one that rests longest last; empty places have no map. */
struct Registry {
    std::mutex lock;
    std::array<Resting, KEPT> resting;
};

} // namespace

/* Never destroyed: GDAL may close datasets after this library's own objects are gone. */
static Registry &registry()
{
    static Registry *only = new Registry();
    return *only;
}

/* A map at work is not listed, so that none takes its memory, not even its own thread when a source
   of the map is a lazy map, too. */
WorkingMemory::WorkingMemory(s2rgf_lazy_map *map, std::recursive_mutex &lock)
    : map_(map), lock_(lock)
{
    forget(map);
}

WorkingMemory::~WorkingMemory()
{
    Registry &all = registry();
    const std::lock_guard<std::mutex> guard(all.lock);
    const Resting last = all.resting.back();
    std::copy_backward(all.resting.begin(), all.resting.end() - 1, all.resting.end());
    all.resting.front() = {map_, &lock_};
    /* one whose lock is taken is about to work, and will be back */
    if (last.map && last.lock->try_lock()) {
        s2rgf_lazy_map_rest(last.map);
        last.lock->unlock();
    }
}

void WorkingMemory::forget(const s2rgf_lazy_map *map)
{
    Registry &all = registry();
    const std::lock_guard<std::mutex> guard(all.lock);
    for (Resting &entry : all.resting)
        if (entry.map == map)
            entry = {nullptr, nullptr};
}
