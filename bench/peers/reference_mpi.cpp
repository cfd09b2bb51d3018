// SPDX-License-Identifier: MIT
// links: mpi-c
// What MPI itself takes, without a pool: trips N, carry MEBIBYTES. Two ranks.
#include "peers/process_work.hpp"

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string_view>
#include <vector>

#define OMPI_SKIP_MPICXX 1
#include <mpi.h>

namespace {

void trips(int rank, int count) {
    int value = 0;
    if (rank == 0) {
        std::printf("us=%.4f\n", process_work::average_us(count, [&](int i) {
                        MPI_Send(&i, 1, MPI_INT, 1, 1, MPI_COMM_WORLD);
                        MPI_Recv(&value, 1, MPI_INT, 1, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
                        measuring::expect(value == i);
                    }));
    } else {
        for (int i = 0; i < count; ++i) {
            MPI_Recv(&value, 1, MPI_INT, 0, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            MPI_Send(&value, 1, MPI_INT, 0, 1, MPI_COMM_WORLD);
        }
    }
}

/// The receiver has a new vector each time, as a function that takes one by value.
void carry(int rank, int mebibytes) {
    const int count =
        static_cast<int>((static_cast<std::size_t>(mebibytes) << 20) / sizeof(double));
    double answer = 0;
    if (rank == 0) {
        const auto work = [&](std::vector<double>& what) {
            MPI_Send(what.data(), count, MPI_DOUBLE, 1, 1, MPI_COMM_WORLD);
            MPI_Recv(&answer, 1, MPI_DOUBLE, 1, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            measuring::expect(answer == 2.0);
        };
        std::printf("ms=%.3f\n", process_work::carried_ms(mebibytes, work));
    } else {
        for (int i = 0; i < 6; ++i) {
            std::vector<double> what(static_cast<std::size_t>(count));
            MPI_Recv(what.data(), count, MPI_DOUBLE, 0, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
            answer = what.front() + what.back();
            MPI_Send(&answer, 1, MPI_DOUBLE, 0, 1, MPI_COMM_WORLD);
        }
    }
}

}  // namespace

int main(int count, char** arguments) {
    MPI_Init(&count, &arguments);
    int rank = 0;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    const std::string_view what = count > 1 ? arguments[1] : "";
    const int n = count > 2 ? std::atoi(arguments[2]) : 1;
    if (what == "trips") trips(rank, n);
    if (what == "carry") carry(rank, n);
    MPI_Finalize();
    return 0;
}
