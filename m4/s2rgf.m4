dnl Checks of s2rgf's own.

dnl S2_COMPILES_WITH(FLAGS, IF-YES, IF-NO): does the C compiler take these flags without a complaint?
AC_DEFUN([S2_COMPILES_WITH], [
    AC_MSG_CHECKING([whether $CC accepts $1])
    s2_saved_cflags=$CFLAGS
    CFLAGS="-Werror $1"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM()], [s2_accepted=yes], [s2_accepted=no])
    CFLAGS=$s2_saved_cflags
    AC_MSG_RESULT([$s2_accepted])
    AS_IF([test "$s2_accepted" = yes], [$2], [$3])
])

dnl S2_ADD_CFLAG(VARIABLE, FLAG, [required]): append FLAG where the compiler takes it.
AC_DEFUN([S2_ADD_CFLAG], [
    S2_COMPILES_WITH([$2], [AS_VAR_APPEND([$1], [" $2"])],
                     [m4_if([$3], [required], [AC_MSG_ERROR([$CC does not accept $2])], [:])])
])

dnl S2_AS_SYSTEM_HEADERS(VARIABLE): -I becomes -isystem, so that our warnings are not about headers of others.
AC_DEFUN([S2_AS_SYSTEM_HEADERS], [
    $1=`AS_ECHO([" $$1"]) | $SED 's/ -I */ -isystem /g'`
])

dnl S2_CHECK_CBLAS: openblas must come with the C interface.
AC_DEFUN([S2_CHECK_CBLAS], [
    AC_MSG_CHECKING([for cblas_sgemm in OpenBLAS])
    s2_saved_cflags=$CFLAGS
    s2_saved_libs=$LIBS
    CFLAGS="$CFLAGS $OPENBLAS_CFLAGS"
    LIBS="$OPENBLAS_LIBS $LIBS"
    AC_LINK_IFELSE([AC_LANG_PROGRAM([[#include <cblas.h>]],
        [[float a = 1, c = 0;
          cblas_sgemm(CblasRowMajor, CblasNoTrans, CblasNoTrans, 1, 1, 1, 1, &a, 1, &a, 1, 0, &c, 1);
        ]])],
        [AC_MSG_RESULT([yes])],
        [AC_MSG_RESULT([no])
         AC_MSG_ERROR([OpenBLAS without its C interface (cblas.h)])])
    CFLAGS=$s2_saved_cflags
    LIBS=$s2_saved_libs
])

dnl S2_CHECK_KERNELS: which instruction sets can the kernels be compiled for beside the baseline?
dnl Sets the conditionals KERNELS_AVX2, KERNELS_AVX512, and S2_KERNEL_DEFS.
AC_DEFUN([S2_CHECK_KERNELS], [
    AC_SUBST([AVX2_CFLAGS], ["-mavx2 -mfma"])
    AC_SUBST([AVX512_CFLAGS], ["-mavx512f -mavx512vl -mavx512bw -mavx512dq -mfma"])
    AC_SUBST([S2_KERNEL_DEFS])
    S2_KERNELS=baseline
    s2_avx2=no
    s2_avx512=no
    AS_CASE([$host_cpu], [x86_64],
            [S2_COMPILES_WITH([$AVX2_CFLAGS], [s2_avx2=yes])
             S2_COMPILES_WITH([$AVX512_CFLAGS], [s2_avx512=yes])])
    AS_IF([test $s2_avx2 = yes],
          [S2_KERNELS="$S2_KERNELS AVX2"
           AS_VAR_APPEND([S2_KERNEL_DEFS], [" -DHAVE_KERNELS_AVX2"])])
    AS_IF([test $s2_avx512 = yes],
          [S2_KERNELS="$S2_KERNELS AVX-512"
           AS_VAR_APPEND([S2_KERNEL_DEFS], [" -DHAVE_KERNELS_AVX512"])])
    AM_CONDITIONAL([KERNELS_AVX2], [test $s2_avx2 = yes])
    AM_CONDITIONAL([KERNELS_AVX512], [test $s2_avx512 = yes])
])

dnl S2_CHECK_SANITIZERS(LIST): sets S2_SANITIZE, used to compile and to link, and the conditional SANITIZERS.
AC_DEFUN([S2_CHECK_SANITIZERS], [
    AC_SUBST([S2_SANITIZE])
    AS_IF([test "x$1" = xyes], [enable_sanitizers=address,undefined])
    AS_IF([test "x$enable_sanitizers" != xno],
          [S2_SANITIZE="-fsanitize=$enable_sanitizers -fno-omit-frame-pointer"
           AS_CASE([",$enable_sanitizers,"], [*,undefined,*],
                   [AS_VAR_APPEND([S2_SANITIZE], [" -fno-sanitize-recover=undefined"])])
           s2_saved_cflags=$CFLAGS
           CFLAGS="$CFLAGS $S2_SANITIZE"
           AC_MSG_CHECKING([whether programs link with $S2_SANITIZE])
           AC_LINK_IFELSE([AC_LANG_PROGRAM()], [AC_MSG_RESULT([yes])],
                          [AC_MSG_RESULT([no])
                           AC_MSG_ERROR([cannot build with --enable-sanitizers=$enable_sanitizers])])
           CFLAGS=$s2_saved_cflags])
    AM_CONDITIONAL([SANITIZERS], [test "x$enable_sanitizers" != xno])
])
