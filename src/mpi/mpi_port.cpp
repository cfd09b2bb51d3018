// SPDX-License-Identifier: MIT
#include "mpi/mpi_port.hpp"

#include <troika/mpi/mpi_unavailable.hpp>

#include "os/environment.hpp"
#include "os/host.hpp"

#include <array>
#include <utility>

namespace troika::impl {

namespace {

/// What went wrong, in MPI's words.
std::string text_of(int code) {
    std::array<char, MPI_MAX_ERROR_STRING> text{};
    int size = 0;
    MPI_Error_string(code, text.data(), &size);
    return {text.data(), static_cast<std::size_t>(size)};
}

void check(int code, const char* what) {
    if (code != MPI_SUCCESS) throw mpi_unavailable(std::string(what) + ": " + text_of(code));
}

int int_of(std::size_t bytes) { return static_cast<int>(bytes); }

}  // namespace

// ---- transfers

mpi_port::transfer::transfer(transfer&& other) noexcept
    : request_(std::exchange(other.request_, MPI_REQUEST_NULL)), rank_(other.rank_),
      bytes_(other.bytes_) {}

mpi_port::transfer& mpi_port::transfer::operator=(transfer&& other) noexcept {
    std::swap(request_, other.request_);
    rank_ = other.rank_;
    bytes_ = other.bytes_;
    return *this;
}

bool mpi_port::transfer::done() noexcept {
    if (request_ == MPI_REQUEST_NULL) return true;
    int done = 0;
    MPI_Status status;
    if (MPI_Test(&request_, &done, &status) != MPI_SUCCESS) {
        request_ = MPI_REQUEST_NULL;
        bytes_ = 0;
        return true;
    }
    if (done == 0) return false;
    int bytes = 0;
    MPI_Get_count(&status, MPI_BYTE, &bytes);
    rank_ = status.MPI_SOURCE;
    bytes_ = bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
    return true;
}

bool mpi_port::transfer::take_back() noexcept {
    if (request_ == MPI_REQUEST_NULL) return true;
    MPI_Cancel(&request_);
    MPI_Status status;
    MPI_Wait(&request_, &status);
    int cancelled = 0;
    MPI_Test_cancelled(&status, &cancelled);
    if (cancelled != 0) return true;
    int bytes = 0;
    MPI_Get_count(&status, MPI_BYTE, &bytes);
    rank_ = status.MPI_SOURCE;
    bytes_ = bytes > 0 ? static_cast<std::size_t>(bytes) : 0;
    return false;
}

// ---- ranks

bool mpi_port::launched() {
    for (const char* const name : {"OMPI_COMM_WORLD_SIZE", "PMIX_RANK", "PMI_RANK"})
        if (os::environment(name)) return true;
    return false;
}

void mpi_port::open() {
    int given = 0;
    if (MPI_Init_thread(nullptr, nullptr, MPI_THREAD_SERIALIZED, &given) != MPI_SUCCESS)
        throw mpi_unavailable("MPI could not be initialized");
    open_ = true;
    if (given < MPI_THREAD_SERIALIZED)
        throw mpi_unavailable("this MPI lets only one thread of a program call it: use one that "
                              "supports MPI_THREAD_SERIALIZED, as Open MPI does");
    MPI_Comm_set_errhandler(MPI_COMM_WORLD, MPI_ERRORS_RETURN);
    MPI_Comm parent = MPI_COMM_NULL;
    MPI_Comm_get_parent(&parent);
    if (parent != MPI_COMM_NULL)
        check(MPI_Intercomm_merge(parent, 1, &ranks_), "joining the program that started this one");
    else
        check(MPI_Comm_dup(MPI_COMM_WORLD, &ranks_), "MPI_Comm_dup");
    learn_place();
}

void mpi_port::learn_place() {
    MPI_Comm_set_errhandler(ranks_, MPI_ERRORS_RETURN);
    MPI_Comm_rank(ranks_, &rank_);
    MPI_Comm_size(ranks_, &size_);
}

void mpi_port::spawn(int count) {
    std::vector<std::string> arguments = os::command_line();
    std::vector<char*> pointers;
    for (std::size_t i = 1; i < arguments.size(); ++i) pointers.push_back(arguments[i].data());
    pointers.push_back(nullptr);
    MPI_Info how = MPI_INFO_NULL;
    MPI_Info_create(&how);
    MPI_Info_set(how, "map_by", "slot:oversubscribe");
    MPI_Comm workers = MPI_COMM_NULL;
    const std::string program = os::program_file();
    const int code = MPI_Comm_spawn(program.c_str(), pointers.data(), count, how, 0, MPI_COMM_SELF,
                                    &workers, MPI_ERRCODES_IGNORE);
    MPI_Info_free(&how);
    if (code != MPI_SUCCESS)
        throw mpi_unavailable(
            "workers could not be started (" + text_of(code) +
            "): start the program by mpirun -n " + std::to_string(count + 1) + " instead");
    MPI_Comm all = MPI_COMM_NULL;
    check(MPI_Intercomm_merge(workers, 0, &all), "joining the workers that were started");
    MPI_Comm_free(&ranks_);
    ranks_ = all;
    spawned_ = true;
    learn_place();
}

void mpi_port::close(bool some_lost) noexcept {
    if (!std::exchange(open_, false) || some_lost) return;
    MPI_Finalize();
}

void mpi_port::progress() noexcept {
    int there = 0;
    MPI_Iprobe(MPI_ANY_SOURCE, MPI_ANY_TAG, ranks_, &there, MPI_STATUS_IGNORE);
}

// ---- messages

std::vector<std::byte> mpi_port::gather(std::span<const std::byte> mine) {
    std::vector<std::byte> all(rank_ == 0 ? mine.size() * static_cast<std::size_t>(size_) : 0);
    check(MPI_Gather(mine.data(), int_of(mine.size()), MPI_BYTE, all.data(), int_of(mine.size()),
                     MPI_BYTE, 0, ranks_),
          "MPI_Gather");
    return all;
}

void mpi_port::share(std::span<std::byte> bytes) {
    check(MPI_Bcast(bytes.data(), int_of(bytes.size()), MPI_BYTE, 0, ranks_), "MPI_Bcast");
}

void mpi_port::send(int to, tag what, std::span<const std::byte> bytes, transfer& as) {
    // On failure there is nothing to wait for; that the rank is lost is heard elsewhere.
    if (MPI_Isend(bytes.data(), int_of(bytes.size()), MPI_BYTE, to, static_cast<int>(what), ranks_,
                  &as.request_) != MPI_SUCCESS)
        as.request_ = MPI_REQUEST_NULL;
}

void mpi_port::receive(tag what, std::span<std::byte> into, transfer& as) {
    receive_from(MPI_ANY_SOURCE, what, into, as);
}

void mpi_port::receive_from(int rank, tag what, std::span<std::byte> into, transfer& as) {
    check(MPI_Irecv(into.data(), int_of(into.size()), MPI_BYTE, rank, static_cast<int>(what),
                    ranks_, &as.request_),
          "MPI_Irecv");
}

}  // namespace troika::impl
