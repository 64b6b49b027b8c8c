/* Reflectance spectra of pure materials, made by formulas. */
#include "materials.h"

#include <math.h>

/* Gaussian of height 1 around centre, standard deviation width. */
static double bump(double nm, double centre, double width)
{
    double t = (nm - centre) / width;
    return exp(-0.5 * t * t);
}

/* Smooth step from 0 to 1 around centre. */
static double step(double nm, double centre, double width)
{
    return 1.0 / (1.0 + exp(-(nm - centre) / width));
}

/* What an absorption feature of relative depth `depth` leaves. */
static double dip(double nm, double centre, double width, double depth)
{
    return 1.0 - depth * bump(nm, centre, width);
}

/* A curve from `low` at 400 nm towards `high`, nine tenths of the way after 2.3 scale_nm. */
static double rise(double nm, double low, double high, double scale_nm)
{
    return low + (high - low) * (1.0 - exp(-(nm - 400.0) / scale_nm));
}

/*
 * A green leaf canopy: pigments up to the red edge, a plateau, then liquid water.
 * plateau: reflectance of the near infrared; edge_nm: red edge; water: thickness of leaf water.
 */
static double green_leaf(double nm, double plateau, double edge_nm, double water)
{
    double pigment = 0.035 + 0.055 * bump(nm, 552.0, 32.0) + 0.012 * step(nm, 620.0, 12.0) -
                     0.016 * bump(nm, 676.0, 16.0);
    double edge = step(nm, edge_nm, 13.0);
    double thickness = 0.06 * bump(nm, 975.0, 28.0) + 0.16 * bump(nm, 1190.0, 45.0) +
                       1.15 * bump(nm, 1455.0, 60.0) + 1.60 * bump(nm, 1940.0, 75.0) +
                       0.55 * step(nm, 1380.0, 35.0) + 0.75 * step(nm, 1860.0, 45.0) +
                       0.60 * step(nm, 2380.0, 50.0);
    return pigment * (1.0 - edge) + plateau * edge * exp(-water * thickness);
}

/* Straw and dry soil share this curve up to 1000 nm: four broad bands cannot tell them apart. */
static double pale_ramp(double nm)
{
    return rise(nm, 0.075, 0.37, 430.0);
}

static double straw(double nm)
{
    double r = pale_ramp(nm) + 0.05 * step(nm, 1150.0, 60.0);
    r *= dip(nm, 1200.0, 35.0, 0.05) * dip(nm, 1460.0, 50.0, 0.16) * dip(nm, 1930.0, 45.0, 0.22);
    return r * dip(nm, 2100.0, 45.0, 0.24) * dip(nm, 2310.0, 40.0, 0.20) *
           (1.0 - 0.15 * step(nm, 2000.0, 60.0));
}

static double dry_soil(double nm)
{
    double r = pale_ramp(nm) * dip(nm, 1415.0, 22.0, 0.10) * dip(nm, 1915.0, 30.0, 0.16);
    return r * dip(nm, 2207.0, 22.0, 0.14);
}

static double water(double nm, double sediment)
{
    double clear = 0.045 * exp(-(nm - 400.0) / 140.0);
    double muddy =
        0.11 * bump(nm, 575.0, 75.0) + 0.05 * bump(nm, 690.0, 40.0) + 0.035 * bump(nm, 808.0, 25.0);
    return 0.004 + clear * (1.0 - 0.5 * sediment) + muddy * sediment;
}

static double asphalt(double nm, double low, double high)
{
    return rise(nm, low, high, 800.0) * dip(nm, 1725.0, 20.0, 0.05) * dip(nm, 2310.0, 25.0, 0.08);
}

static double red_tile(double nm)
{
    double r = 0.055 + 0.19 * step(nm, 585.0, 22.0) + 0.14 * step(nm, 1050.0, 110.0);
    return r * dip(nm, 870.0, 60.0, 0.16) * dip(nm, 1920.0, 35.0, 0.06);
}

static double weathered_tile(double nm)
{
    return 0.55 * red_tile(nm) + 0.45 * rise(nm, 0.07, 0.17, 500.0);
}

static double limestone(double nm)
{
    double r = rise(nm, 0.26, 0.52, 260.0) * dip(nm, 1910.0, 30.0, 0.10);
    return r * dip(nm, 2340.0, 30.0, 0.26) * dip(nm, 2160.0, 20.0, 0.05);
}

static double sand(double nm)
{
    return rise(nm, 0.13, 0.48, 340.0) * dip(nm, 880.0, 70.0, 0.05) * dip(nm, 1920.0, 35.0, 0.10);
}

double material_reflectance(material which, double wavelength_nm)
{
    double nm = wavelength_nm;
    switch (which) {
    case MATERIAL_BROAD_LEAF:
        return green_leaf(nm, 0.50, 716.0, 0.85);
    case MATERIAL_GRASS_LEAF:
        return green_leaf(nm, 0.46, 722.0, 1.30);
    case MATERIAL_STRAW:
        return straw(nm);
    case MATERIAL_DRY_SOIL:
        return dry_soil(nm);
    case MATERIAL_WET_SOIL:
        return 0.52 * dry_soil(nm) * dip(nm, 1455.0, 60.0, 0.30) * dip(nm, 1940.0, 75.0, 0.45);
    case MATERIAL_CLEAR_WATER:
        return water(nm, 0.0);
    case MATERIAL_TURBID_WATER:
        return water(nm, 1.0);
    case MATERIAL_OLD_ASPHALT:
        return asphalt(nm, 0.09, 0.20);
    case MATERIAL_NEW_ASPHALT:
        return asphalt(nm, 0.05, 0.09);
    case MATERIAL_RED_TILE:
        return red_tile(nm);
    case MATERIAL_WEATHERED_TILE:
        return weathered_tile(nm);
    case MATERIAL_LIMESTONE:
        return limestone(nm);
    case MATERIAL_SAND:
        return sand(nm);
    case MATERIAL_SHADE:
        return 0.010;
    case MATERIAL_COUNT:
        break;
    }
    return 0.0;
}

double material_band_reflectance(material which, double wavelength_nm, double fwhm_nm)
{
    enum { SAMPLES = 41 };
    double sigma = fwhm_nm / 2.3548, sum = 0.0, weights = 0.0;
    for (int i = 0; i < SAMPLES; i++) {
        double offset = 5.0 * (double)i / (SAMPLES - 1) - 2.5;
        double weight = exp(-0.5 * offset * offset);
        sum += weight * material_reflectance(which, wavelength_nm + offset * sigma);
        weights += weight;
    }
    return sum / weights;
}
