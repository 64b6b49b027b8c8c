/* Reflectance spectra of pure materials, made by formulas. */
#ifndef SAMPLES_MATERIALS_H
#define SAMPLES_MATERIALS_H

/** The pure materials that every pixel of a sample scene is a mixture of. */
typedef enum material {
    MATERIAL_BROAD_LEAF,
    MATERIAL_GRASS_LEAF,
    MATERIAL_STRAW,
    MATERIAL_DRY_SOIL,
    MATERIAL_WET_SOIL,
    MATERIAL_CLEAR_WATER,
    MATERIAL_TURBID_WATER,
    MATERIAL_OLD_ASPHALT,
    MATERIAL_NEW_ASPHALT,
    MATERIAL_RED_TILE,
    MATERIAL_WEATHERED_TILE,
    MATERIAL_LIMESTONE,
    MATERIAL_SAND,
    MATERIAL_SHADE,
    MATERIAL_COUNT
} material;

/**
 * Reflectance, 0 to 1, of a material at one wavelength between 350 and 2500 nm.
 * Source: ours. Positions and relative depths of the absorption features follow textbooks
 * (chlorophyll, leaf water, cellulose, clay, carbonate, iron oxide); no measured spectrum is used.
 */
double material_reflectance(material which, double wavelength_nm);

/** Reflectance seen by a band with a Gaussian response of the given full width at half maximum. */
double material_band_reflectance(material which, double wavelength_nm, double fwhm_nm);

#endif
