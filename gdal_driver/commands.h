/* The commands "gdal driver s2rgf ..." of GDAL's own program, 3.11 and later. */
#ifndef S2_GDAL_DRIVER_COMMANDS_H
#define S2_GDAL_DRIVER_COMMANDS_H

#include <gdal_priv.h>

/** Declare the commands, where GDAL has such. */
void s2_driver_declare_commands(GDALDriver *driver);

#endif
