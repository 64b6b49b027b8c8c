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

dnl S2_CHECK_MPI: decides on the plugin for Open MPI. Sets the conditional MPI_PLUGIN, OMPI_CFLAGS, OMPI_LIBS and
dnl s2_mpi_summary.
AC_DEFUN([S2_CHECK_MPI], [
    s2_mpi=no
    AS_IF([test "x$with_mpi" != xno && test "$enable_shared" != no],
          [PKG_CHECK_MODULES([OMPI], [ompi-c], [s2_mpi=yes], [s2_mpi=no])])
    AS_IF([test "$s2_mpi/$with_mpi" = no/yes],
          [AC_MSG_ERROR([the plugin for MPI needs shared libraries and Open MPI: install libopenmpi-dev])])
    AS_IF([test $s2_mpi = yes], [s2_mpi_summary="Open MPI `$PKG_CONFIG --modversion ompi-c`"], [s2_mpi_summary=no])
    S2_AS_SYSTEM_HEADERS([OMPI_CFLAGS])
    AM_CONDITIONAL([MPI_PLUGIN], [test $s2_mpi = yes])
])

dnl S2_COMPLETION_DIR(SHELL, FOLDER, CONDITIONAL): where the shell looks for completions, below DATADIR unless named.
AC_DEFUN([S2_COMPLETION_DIR], [
    AC_ARG_WITH([$1-completion-dir],
                [AS_HELP_STRING([--with-$1-completion-dir=DIR],
                                [folder for $1 completion, or no @<:@DATADIR/$2@:>@])],
                [], [with_$1_completion_dir=yes])
    AS_CASE([$with_$1_completion_dir],
            [yes], [$1completiondir='${datadir}/$2'],
            [no], [$1completiondir=],
            [$1completiondir=$with_$1_completion_dir])
    AC_SUBST([$1completiondir])
    AM_CONDITIONAL([$3], [test -n "$$1completiondir"])
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

dnl S2_CXX_COMPILES(FLAGS, IF-YES, IF-NO): does the C++ compiler take these flags, and GDAL's C++ headers?
AC_DEFUN([S2_CXX_COMPILES], [
    AC_LANG_PUSH([C++])
    s2_saved_cxxflags=$CXXFLAGS
    CXXFLAGS="$CXXFLAGS -Werror $GDAL_CFLAGS $1"
    AC_COMPILE_IFELSE([AC_LANG_PROGRAM([[#include <gdal_priv.h>]])], [$2], [$3])
    CXXFLAGS=$s2_saved_cxxflags
    AC_LANG_POP([C++])
])

dnl S2_ADD_CXXFLAG(FLAG): append FLAG to S2_CXXFLAGS where the C++ compiler takes it.
AC_DEFUN([S2_ADD_CXXFLAG], [
    AC_MSG_CHECKING([whether $CXX accepts $1])
    S2_CXX_COMPILES([$1], [AC_MSG_RESULT([yes])
                           AS_VAR_APPEND([S2_CXXFLAGS], [" $1"])], [AC_MSG_RESULT([no])])
])

dnl S2_LINKS_WITH(FLAGS, IF-YES, IF-NO): does the linker take these flags?
AC_DEFUN([S2_LINKS_WITH], [
    AC_MSG_CHECKING([whether the linker accepts $1])
    s2_saved_ldflags=$LDFLAGS
    LDFLAGS="$LDFLAGS $1"
    AC_LINK_IFELSE([AC_LANG_PROGRAM()], [s2_accepted=yes], [s2_accepted=no])
    LDFLAGS=$s2_saved_ldflags
    AC_MSG_RESULT([$s2_accepted])
    AS_IF([test "$s2_accepted" = yes], [$2], [$3])
])

dnl S2_CHECK_GC_SECTIONS: can the linker leave out what nothing refers to? Sets S2_GC_LDFLAGS, and
dnl S2_RUNNING_BLAS, what programs that do not train have to be linked with where it cannot.
AC_DEFUN([S2_CHECK_GC_SECTIONS], [
    AC_SUBST([S2_GC_LDFLAGS])
    AC_SUBST([S2_RUNNING_BLAS])
    S2_LINKS_WITH([-Wl,--gc-sections],
                  [S2_GC_LDFLAGS=-Wl,--gc-sections
                   S2_ADD_CFLAG([S2_CFLAGS], [-ffunction-sections])
                   S2_ADD_CFLAG([S2_CFLAGS], [-fdata-sections])],
                  [S2_RUNNING_BLAS='libs2rgf_blas.la $(OPENBLAS_LIBS) $(OPENMP_CFLAGS)'])
])

dnl S2_GDAL_PLUGINDIR: sets gdalplugindir. GDAL looks into the folder of its version only if there is one,
dnl then there alone, so the plugin goes there if it is and else one above; it is never made here.
AC_DEFUN([S2_GDAL_PLUGINDIR], [
    AC_SUBST([gdalplugindir])
    gdalplugindir=$with_gdal_plugindir
    AS_IF([test "x$gdalplugindir" = xdefault], [gdalplugindir='${libdir}/gdalplugins'
        AS_IF([test "x$prefix" = x/usr && test "x$libdir" = 'x${exec_prefix}/lib'],
              [s2_triplet=`$CC -print-multiarch 2> /dev/null`
               AS_IF([test -n "$s2_triplet" && test -d "/usr/lib/$s2_triplet"],
                     [gdalplugindir='${libdir}'/$s2_triplet/gdalplugins])])
        s2_version=`$PKG_CONFIG --modversion gdal | $SED 's/^\(@<:@0-9@:>@*\.@<:@0-9@:>@*\).*/\1/'`
        AS_CASE([$prefix], [NONE], [s2_prefix=$ac_default_prefix], [s2_prefix=$prefix])
        s2_folder=`prefix=$s2_prefix; exec_prefix=$prefix; eval "libdir=$libdir"; eval echo "$gdalplugindir"`
        AS_IF([test -d "$s2_folder/$s2_version"], [AS_VAR_APPEND([gdalplugindir], [/$s2_version])])])
])

dnl S2_CHECK_GDAL_PLUGIN: decides on the plugin for GDAL. Sets the conditional GDAL_PLUGIN, S2_CXXFLAGS,
dnl S2_PLUGIN_LDFLAGS, gdalplugindir and s2_plugin_summary.
AC_DEFUN([S2_CHECK_GDAL_PLUGIN], [
    AC_SUBST([S2_CXXFLAGS])
    AC_SUBST([S2_PLUGIN_LDFLAGS])
    S2_GDAL_PLUGINDIR
    s2_plugin=no
    AS_IF([test "x$enable_gdal_plugin" != xno],
          [AC_MSG_CHECKING([whether $CXX compiles drivers of GDAL])
           S2_CXX_COMPILES([-std=gnu++17], [s2_plugin=yes])
           AC_MSG_RESULT([$s2_plugin])
           AS_IF([test -z "$S2_GC_LDFLAGS" || test "$enable_shared" = no], [s2_plugin=no])
           AS_IF([test "$s2_plugin/$enable_gdal_plugin" = no/yes],
                 [AC_MSG_ERROR([the plugin for GDAL needs shared libraries, a C++ compiler with GDAL's headers, and --gc-sections])])])
    s2_plugin_summary=no
    AS_IF([test $s2_plugin = yes],
          [s2_plugin_summary=$gdalplugindir
           S2_CXXFLAGS=-std=gnu++17
           m4_foreach_w([s2_flag], [-Wall -Wextra -Wshadow -Wconversion -Wundef -Wold-style-cast
                                    -Wmissing-declarations -Wnon-virtual-dtor -fvisibility=hidden
                                    -fvisibility-inlines-hidden -ffunction-sections -fdata-sections],
                        [S2_ADD_CXXFLAG(s2_flag)])
           dnl GDAL's classes come without what -fsanitize=vptr looks for
           AS_IF([test "x$enable_sanitizers" = xno], [S2_LINKS_WITH([-Wl,-z,defs], [S2_PLUGIN_LDFLAGS=-Wl,-z,defs])],
                 [S2_ADD_CXXFLAG([-fno-sanitize=vptr])])])
    AM_CONDITIONAL([GDAL_PLUGIN], [test $s2_plugin = yes])
])

dnl S2_CHECK_FOLDERS: what is to be installed must go to folders that make and libtool can name.
AC_DEFUN([S2_CHECK_FOLDERS], [
    for s2_folder in "$prefix" "$exec_prefix" "$bindir" "$libdir" "$includedir" "$datarootdir" "$datadir" "$mandir" \
        "$gdalplugindir" "$bashcompletiondir" "$zshcompletiondir" "$fishcompletiondir"; do
        AS_CASE([$s2_folder],
                [*" "*], [AC_MSG_ERROR([$s2_folder: cannot install into a folder with blanks in its name])],
                [''|NONE|/*|'${'*], [],
                [AC_MSG_ERROR([$s2_folder: expected an absolute name of a folder to install into])])
    done
])
