// SPDX-License-Identifier: MIT
// links: libcurl
// libcurl's multi interface, as its users write it:
// get_curl_multi URL DIRECTORY NAMES CONNECTIONS [AUTHORITY]
//
// Fetches URL/NAME for each line of the file NAMES, and writes it to DIRECTORY under its last part.
// AUTHORITY: the file of what to trust, for https.
#include <curl/curl.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { path_max = 1024 };

struct slot {
    CURL* handle;
    int file;
};

static FILE* names;
static const char* base;
static const char* directory;

static size_t write_body(char* data, size_t size, size_t count, void* slot) {
    const ssize_t written = write(((struct slot*)slot)->file, data, size * count);
    return written < 0 ? 0 : (size_t)written;
}

static int begin_next(CURLM* all, struct slot* slot) {
    char name[path_max / 2];
    if (fgets(name, sizeof name, names) == NULL) return 0;
    name[strcspn(name, "\n")] = '\0';
    const char* slash = strrchr(name, '/');
    char path[path_max];
    snprintf(path, sizeof path, "%s/%s", directory, slash != NULL ? slash + 1 : name);
    slot->file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    if (slot->file < 0) {
        perror(path);
        exit(1);
    }
    char url[path_max];
    snprintf(url, sizeof url, "%s/%s", base, name);
    curl_easy_setopt(slot->handle, CURLOPT_URL, url);
    curl_multi_add_handle(all, slot->handle);
    return 1;
}

int main(int count, char** arguments) {
    if (count != 5 && count != 6) {
        fputs("usage: get_curl_multi URL DIRECTORY NAMES CONNECTIONS [AUTHORITY]\n", stderr);
        return 2;
    }
    base = arguments[1];
    directory = arguments[2];
    names = fopen(arguments[3], "r");
    const long connections = atol(arguments[4]);
    if (names == NULL || connections < 1) return 2;
    CURLM* all = curl_multi_init();
    curl_multi_setopt(all, CURLMOPT_MAXCONNECTS, connections);
    struct slot* slots = calloc((size_t)connections, sizeof *slots);
    if (slots == NULL) return 1;
    long active = 0;
    for (long i = 0; i < connections; ++i) {
        struct slot* slot = &slots[i];
        slot->handle = curl_easy_init();
        curl_easy_setopt(slot->handle, CURLOPT_WRITEFUNCTION, write_body);
        curl_easy_setopt(slot->handle, CURLOPT_WRITEDATA, slot);
        curl_easy_setopt(slot->handle, CURLOPT_PRIVATE, slot);
        curl_easy_setopt(slot->handle, CURLOPT_FAILONERROR, 1L);
        curl_easy_setopt(slot->handle, CURLOPT_BUFFERSIZE, 262144L);
        if (count == 6) curl_easy_setopt(slot->handle, CURLOPT_CAINFO, arguments[5]);
        if (!begin_next(all, slot)) break;
        ++active;
    }
    while (active > 0) {
        int running = 0;
        curl_multi_perform(all, &running);
        int progress = 0;
        int waiting = 0;
        const CURLMsg* message;
        while ((message = curl_multi_info_read(all, &waiting)) != NULL) {
            if (message->msg != CURLMSG_DONE) continue;
            if (message->data.result != CURLE_OK) {
                fprintf(stderr, "%s\n", curl_easy_strerror(message->data.result));
                return 1;
            }
            struct slot* slot = NULL;
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &slot);
            curl_multi_remove_handle(all, slot->handle);
            close(slot->file);
            progress = 1;
            if (!begin_next(all, slot)) --active;
        }
        if (!progress && active > 0) curl_multi_poll(all, NULL, 0, 1000, NULL);
    }
    return 0;
}
