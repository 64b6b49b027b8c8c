/* Quotas and limits of control groups, read below a folder that stands for the system's root. */
#include "core/granted.h"

#include <limits.h>
#include <stdint.h>
#include <sys/stat.h>
#include <unistd.h>

#include "classify/mapping.h"
#include "harness.h"

#define MIB ((size_t)1 << 20)
#define V2 "34 25 0:30 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n"

static char root[] = "/tmp/s2rgf_granted_XXXXXX";

/* Write a file below the root, with the folders above it. */
static void put(const char *name, const char *text)
{
    char path[4096];
    const int length = snprintf(path, sizeof path, "%s/%s", root, name);
    REQUIRE(length > 0 && (size_t)length < sizeof path);
    for (char *slash = strchr(path + strlen(root) + 1, '/'); slash;
         slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0777);
        *slash = '/';
    }
    FILE *file = fopen(path, "w");
    REQUIRE(file != NULL);
    CHECK(fputs(text, file) >= 0);
    CHECK(fclose(file) == 0);
}

/* A system without groups, whose process is in these. */
static void begin(const char *mounts, const char *groups)
{
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s/sys %s/proc", root, root);
    REQUIRE(system(command) == 0);
    put("proc/self/mountinfo", mounts);
    put("proc/self/cgroup", groups);
}

static void check_granted(int processors, size_t bytes)
{
    const int found = s2_granted_processors(root);
    const size_t memory = s2_granted_memory(root);
    if (!CHECK(found == processors) || !CHECK(memory == bytes))
        printf("    found %d processors and %zu bytes, expected %d and %zu\n", found, memory,
               processors, bytes);
}

static void reads_version_2(void)
{
    begin(V2, "0::/kubepods/pod7/box\n");
    check_granted(INT_MAX, SIZE_MAX);
    put("sys/fs/cgroup/kubepods/pod7/box/cpu.max", "200000 100000\n");
    put("sys/fs/cgroup/kubepods/pod7/box/memory.max", "1073741824\n");
    check_granted(2, 1024 * MIB);
    put("sys/fs/cgroup/kubepods/pod7/box/cpu.max", "max 100000\n");
    put("sys/fs/cgroup/kubepods/pod7/box/memory.max", "max\n");
    check_granted(INT_MAX, SIZE_MAX);
    /* the smallest of nested groups, where the one between states nothing */
    put("sys/fs/cgroup/kubepods/cpu.max", "300000 100000\n");
    put("sys/fs/cgroup/kubepods/memory.max", "268435456\n");
    check_granted(3, 256 * MIB);
    put("sys/fs/cgroup/kubepods/pod7/box/cpu.max", "800000 100000\n");
    check_granted(3, 256 * MIB);
    put("sys/fs/cgroup/kubepods/pod7/box/cpu.max", "75000 50000\n");
    check_granted(2, 256 * MIB); /* one and a half */
    put("sys/fs/cgroup/kubepods/pod7/cpu.max", "10000 100000\n");
    check_granted(1, 256 * MIB); /* a tenth */
    /* a neighbour's and a child's do not count */
    put("sys/fs/cgroup/kubepods/pod7/box/child/memory.max", "4096\n");
    put("sys/fs/cgroup/kubepods/pod8/memory.max", "4096\n");
    check_granted(1, 256 * MIB);
}

static void reads_version_1(void)
{
    begin("30 25 0:26 / /sys/fs/cgroup/cpu,cpuacct rw shared:10 - cgroup cgroup rw,cpu,cpuacct\n"
          "31 25 0:27 / /sys/fs/cgroup/cpuset rw - cgroup cgroup rw,cpuset\n"
          "32 25 0:28 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
          "33 25 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
          "9:cpuset:/set\n7:memory:/slurm/job_5\n4:cpu,cpuacct:/slurm/job_5/step_0\n0::/\n");
    put("sys/fs/cgroup/cpu,cpuacct/slurm/job_5/step_0/cpu.cfs_quota_us", "-1\n");
    put("sys/fs/cgroup/cpu,cpuacct/slurm/job_5/step_0/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/memory/slurm/job_5/memory.limit_in_bytes", "9223372036854771712\n");
    CHECK(s2_granted_processors(root) == INT_MAX);
    CHECK(s2_granted_memory(root) >= (size_t)INT64_MAX / 2);
    put("sys/fs/cgroup/cpu,cpuacct/slurm/job_5/cpu.cfs_quota_us", "400000\n");
    put("sys/fs/cgroup/cpu,cpuacct/slurm/job_5/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/memory/slurm/memory.limit_in_bytes", "2147483648\n");
    check_granted(4, 2048 * MIB);
    /* a quota among what is not the controller's own */
    put("sys/fs/cgroup/cpuset/set/cpu.cfs_quota_us", "100000\n");
    put("sys/fs/cgroup/cpuset/set/cpu.cfs_period_us", "100000\n");
    check_granted(4, 2048 * MIB);
}

/* A container sees its own group as the root, under the name that it has outside or none. */
static void reads_inside_a_container(void)
{
    begin("30 25 0:26 /docker/1f /sys/fs/cgroup ro - cgroup cgroup rw,cpu,memory\n",
          "4:memory,cpu:/docker/1f/inner\n");
    put("sys/fs/cgroup/cpu.cfs_quota_us", "200000\n");
    put("sys/fs/cgroup/cpu.cfs_period_us", "100000\n");
    put("sys/fs/cgroup/inner/memory.limit_in_bytes", "104857600\n");
    check_granted(2, 100 * MIB);
    put("proc/self/cgroup", "4:memory,cpu:/docker/1fe\n");
    check_granted(2, SIZE_MAX);
    begin(V2, "0::/../../outside\n");
    put("sys/fs/cgroup/cpu.max", "500000 100000\n");
    check_granted(5, SIZE_MAX);
}

static void bears_what_is_odd(void)
{
    static char mounts[10000] = "29 25 0:25 / /merged rw - overlay overlay rw,lowerdir=";
    memset(mounts + strlen(mounts), 'l', 6000);
    strcat(mounts, "\nnonsense\n - \n" V2);
    begin(mounts, "nonsense\n:\n0::/a\n");
    put("sys/fs/cgroup/a/cpu.max", "600000 100000\n");
    put("sys/fs/cgroup/a/memory.max", "");
    check_granted(6, SIZE_MAX);
    put("sys/fs/cgroup/a/cpu.max", "600000\n");
    put("sys/fs/cgroup/a/memory.max", "nonsense\n");
    check_granted(INT_MAX, SIZE_MAX);
    put("sys/fs/cgroup/a/cpu.max", "0 0\n");
    check_granted(INT_MAX, SIZE_MAX);
    CHECK(s2_granted_processors("/nowhere") == INT_MAX);
    CHECK(s2_granted_memory("/nowhere") == SIZE_MAX);
    CHECK(s2_granted_processors("") >= 1); /* of this system */
}

static void bounds_working_memory(void)
{
    CHECK(s2_mapping_memory_mb(0, SIZE_MAX) == 512);
    CHECK(s2_mapping_memory_mb(0, 1024 * MIB) == 512);
    CHECK(s2_mapping_memory_mb(0, 300 * MIB) == 150);
    CHECK(s2_mapping_memory_mb(0, 4096) == 1);
    CHECK(s2_mapping_memory_mb(2000, 300 * MIB) == 2000); /* who asks, gets */
}

int main(void)
{
    REQUIRE(mkdtemp(root) != NULL);
    reads_version_2();
    reads_version_1();
    reads_inside_a_container();
    bears_what_is_odd();
    bounds_working_memory();
    char command[128];
    snprintf(command, sizeof command, "rm -rf %s", root);
    CHECK(system(command) == 0);
    return harness_end();
}
