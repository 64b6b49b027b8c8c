/* Few of the lazy maps of a process keep their working memory: a mosaic may open hundreds of
   them. */
#ifndef S2_GDAL_DRIVER_WORKING_MEMORY_H
#define S2_GDAL_DRIVER_WORKING_MEMORY_H

#include <mutex>

#include "s2rgf/lazy_maps.h"

/** A map at work, from the construction of this object to its end; its lock is held meanwhile. */
class WorkingMemory
{
  public:
    WorkingMemory(s2rgf_lazy_map *map, std::recursive_mutex &lock);
    /** From now on the map rests; those that rest longest lose their memory. */
    ~WorkingMemory();
    WorkingMemory(const WorkingMemory &) = delete;
    WorkingMemory &operator=(const WorkingMemory &) = delete;

    /** The map will be closed. */
    static void forget(const s2rgf_lazy_map *map);

  private:
    s2rgf_lazy_map *map_;
    std::recursive_mutex &lock_;
};

#endif
