# What trainings that must give the same bytes are about; sourced after tools/lib.sh.
# shellcheck shell=bash
# Sets  one, two   -i and -labels of one scene, and of two
#       common     s2rgf_train with the options that all trainings share

for seed in 1 2; do
    expect_silence "$builddir/samples/make_scene" -size 128 128 -hs_bands 8 -classes 3 -seed "$seed" "scene$seed"
done
one=(-i ms=scene1/ms.tif -i hs=scene1/hs.tif -labels scene1/labels.gpkg)
printf '%s\n' scene1 scene2 > list.txt
two=(-scenes list.txt -i 'ms={}/ms.tif' -i 'hs={}/hs.tif' -labels '{}/labels.gpkg')
common=(s2rgf_train -q -overwrite -l train -a class -steps 3)
