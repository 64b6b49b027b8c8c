/* Choice of the inner loops of training: those of the instruction set that running uses. */
#include "nn/kernels/kernels.h"

static const s2_kernels *selected(void)
{
    const s2_kernels *kernels = NULL;
    return s2_kernels_select(&kernels, NULL) == S2RGF_OK ? kernels : NULL;
}

const s2_winograd_passes *s2_winograd_select(void)
{
    const s2_kernels *kernels = selected();
    return kernels ? kernels->train_winograd : &s2_winograd_passes_base;
}

const s2_tensor_passes *s2_tensor_passes_select(void)
{
    const s2_kernels *kernels = selected();
    return kernels ? kernels->training_passes : &s2_tensor_passes_base;
}
