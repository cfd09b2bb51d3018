#!/bin/bash
# SPDX-License-Identifier: MIT
# Four ranks, whatever the processors, as root too.
export OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 OMPI_MCA_rmaps_base_oversubscribe=1
exec mpirun -n 4 "$1"
