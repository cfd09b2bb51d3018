// SPDX-License-Identifier: MIT
// links: mpi-c
// What MPI itself takes, without a pool: trips N or polled N, carry or carry_ready MEBIBYTES.
// Two ranks.
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

void await(MPI_Request& what) {
    int done = 0;
    while (done == 0) MPI_Test(&what, &done, MPI_STATUS_IGNORE);
}

/// The same, but as one has to who does not know who sends next, how much, and whether there is
/// something else to do meanwhile.
void polled(int rank, int count) {
    constexpr int size = 96;
    constexpr int room = 16'384;
    static char sent[size];
    static char received[room];
    MPI_Request next = MPI_REQUEST_NULL;
    const auto ask = [&] {
        MPI_Irecv(received, room, MPI_BYTE, MPI_ANY_SOURCE, 1, MPI_COMM_WORLD, &next);
    };
    const auto send = [&] {
        MPI_Request leaving = MPI_REQUEST_NULL;
        MPI_Isend(sent, size, MPI_BYTE, 1 - rank, 1, MPI_COMM_WORLD, &leaving);
        await(leaving);
    };
    ask();
    const auto trip = [&](int i) {
        if (rank == 0) send();
        await(next);
        if (i + 1 < count) ask();
        if (rank != 0) send();
    };
    if (rank == 0)
        std::printf("us=%.4f\n", process_work::average_us(count, trip));
    else
        for (int i = 0; i < count; ++i) trip(i);
}

/// The receiver makes a vector of what comes, as for a function that takes one by value; or it has
/// the memory before anything comes, `ready`.
void carry(int rank, int mebibytes, bool ready) {
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
        std::vector<double> there(ready ? static_cast<std::size_t>(count) : 0);
        for (int i = 0; i < 6; ++i) {
            MPI_Status status;
            int length = 0;
            MPI_Probe(0, 1, MPI_COMM_WORLD, &status);
            MPI_Get_count(&status, MPI_DOUBLE, &length);
            std::vector<double> made(ready ? 0 : static_cast<std::size_t>(length));
            std::vector<double>& what = ready ? there : made;
            MPI_Recv(what.data(), length, MPI_DOUBLE, 0, 1, MPI_COMM_WORLD, MPI_STATUS_IGNORE);
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
    if (what == "polled") polled(rank, n);
    if (what == "carry") carry(rank, n, false);
    if (what == "carry_ready") carry(rank, n, true);
    MPI_Finalize();
    return 0;
}
