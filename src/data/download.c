/* `data get`: files of the catalogue from their public places, checked, whole or not at all. */
#include "catalogue.h"
#include "folder_layout.h"
#include "tar.h"

#include "spinodal/data.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#if defined(SPINODAL_HAVE_CURL) && defined(SPINODAL_HAVE_MD)
#include <curl/curl.h>
#include <sha2.h>
#include <stdio.h>
#define HAVE_DOWNLOAD 1
#endif

#ifdef HAVE_DOWNLOAD

static sp_status has_sum(sp_run *run, const char *path, const char *sha256, bool *right)
{
    char sum[SHA256_DIGEST_STRING_LENGTH];
    *right = false;
    if (access(path, R_OK) != 0)
        return SP_OK;
    if (!SHA256File(path, sum))
        return sp_fail(run, SP_FAILED, "%s: cannot read: %s", path, strerror(errno));
    *right = !strcmp(sum, sha256);
    return SP_OK;
}

typedef struct {
    sp_run *run;
    const char *name;
    double total, before;
} transfer;

static int on_progress(void *user, curl_off_t total, curl_off_t now, curl_off_t up_total, curl_off_t up_now)
{
    (void)total, (void)up_total, (void)up_now;
    transfer *t = user;
    sp_progress(t->run, t->name, (t->before + (double)now) / t->total);
    return sp_poll(t->run) != SP_OK;
}

/* Appends to `part` what is still missing. False with *why set when it does not work. */
static sp_status fetch_url(sp_run *run, const char *url, const sp_remote_file *f, const char *part,
                           char why[CURL_ERROR_SIZE])
{
    struct stat info;
    curl_off_t have = stat(part, &info) == 0 && (uint64_t)info.st_size < f->bytes ? info.st_size : 0;
    FILE *file = fopen(part, have > 0 ? "ab" : "wb");
    CURL *curl = file ? curl_easy_init() : NULL;
    if (!curl) {
        if (file)
            fclose(file);
        return sp_fail(run, SP_FAILED, "%s: cannot write: %s", part, strerror(errno));
    }
    transfer t = {run, f->name, (double)f->bytes, (double)have};
    *why = 0;
    curl_easy_setopt(curl, CURLOPT_URL, url);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, file);
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 1L);
    curl_easy_setopt(curl, CURLOPT_FAILONERROR, 1L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 20L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 100L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME, 30L);
    curl_easy_setopt(curl, CURLOPT_MAXFILESIZE_LARGE, (curl_off_t)f->bytes);
    curl_easy_setopt(curl, CURLOPT_RESUME_FROM_LARGE, have);
    curl_easy_setopt(curl, CURLOPT_ERRORBUFFER, why);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &t);
    CURLcode code = curl_easy_perform(curl);
    if (code != CURLE_OK && !*why)
        snprintf(why, CURL_ERROR_SIZE, "%s", curl_easy_strerror(code));
    curl_easy_cleanup(curl);
    bool written = fclose(file) == 0;
    if (code == CURLE_ABORTED_BY_CALLBACK)
        return sp_poll(run);
    if (code == CURLE_OK && !written)
        return sp_fail(run, SP_FAILED, "%s: cannot write: the disk is full?", part);
    return SP_OK;
}

static bool is_empty(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && info.st_size == 0;
}

static sp_status fetch_file(sp_run *run, const sp_known *k, const sp_remote_file *f, const char *path,
                            char why[CURL_ERROR_SIZE], bool *done)
{
    const char *part = sp_format(run, "%s.part", path);
    if (!part)
        return SP_FAILED;
    *done = false;
    for (size_t u = 0; u < 2 && k->url[u] && !*done; u++) {
        const char *url = sp_format(run, "%s/%s", k->url[u], f->name);
        bool resumed = access(part, F_OK) == 0;
        if (!url)
            return SP_FAILED;
        SP_TRY(fetch_url(run, url, f, part, why));
        if (!*why)
            SP_TRY(has_sum(run, part, f->sha256, done));
        if (*done || (*why && !is_empty(part)))
            continue;
        unlink(part);
        if (!*why && resumed)
            u--; /* what lay there was not its beginning: once more from this place */
        else if (!*why)
            snprintf(why, CURL_ERROR_SIZE, "what came from %s has another SHA-256", url);
    }
    if (*done && rename(part, path) != 0)
        return sp_fail(run, SP_FAILED, "%s: cannot write: %s", path, strerror(errno));
    return SP_OK;
}

static sp_status unpack(sp_run *run, const sp_known *k, const char *folder)
{
    const char *path = sp_format(run, "%s/%s", folder, k->file[0].name);
    sp_stream *archive;
    size_t n;
    if (!path)
        return SP_FAILED;
    SP_TRY(sp_stream_open(run, path, &archive));
    sp_status status = sp_tar_extract(run, archive, ".bin", folder, &n);
    sp_stream_close(archive);
    if (status == SP_OK)
        unlink(path);
    return status;
}

/* Every file that is not there yet, for people who fetch them by other means. */
static sp_status put_them_there(sp_run *run, const sp_known *k, const char *folder, const char *why)
{
    const char *missing = "";
    for (const sp_remote_file *f = k->file; f->name; f++) {
        const char *path = sp_format(run, "%s/%s", folder, f->name);
        bool right = false;
        if (!path || !missing)
            return SP_FAILED;
        SP_TRY(has_sum(run, path, f->sha256, &right));
        if (!right)
            missing = sp_format(run, "%s%s%s", missing, *missing ? ", " : "", f->name);
    }
    return sp_fail(run, SP_FAILED,
                   "%s: %s; put %s from %s/ (sums: `spinodal data get %s --show`) into %s and run this again", k->name, why,
                   missing ? missing : "", k->url[0], k->name, folder);
}

sp_status sp_known_fetch(sp_run *run, const sp_known *k, const char *folder)
{
    SP_TRY(sp_make_dir(run, folder));
    for (const sp_remote_file *f = k->file; f->name; f++) {
        const char *path = sp_format(run, "%s/%s", folder, f->name);
        char why[CURL_ERROR_SIZE] = "";
        bool done;
        if (!path)
            return SP_FAILED;
        SP_TRY(has_sum(run, path, f->sha256, &done));
        if (!done)
            SP_TRY(fetch_file(run, k, f, path, why, &done));
        if (!done)
            return put_them_there(run, k, folder, why);
    }
    return k->archive ? unpack(run, k, folder) : SP_OK;
}

#else

sp_status sp_known_fetch(sp_run *run, const sp_known *k, const char *folder)
{
    return sp_fail(
        run, SP_FAILED,
        "this build cannot download (it needs libcurl and libmd): put the files of %s/ into %s (see `data get %s --show`)",
        k->url[0], folder, k->name);
}

#endif

static sp_status list_files(sp_run *run, const sp_known *k, size_t *n, const sp_catalogue_file **out)
{
    for (*n = 0; k->file[*n].name;)
        ++*n;
    sp_catalogue_file *file = SP_NEW(run, sp_catalogue_file, *n);
    if (!file)
        return SP_FAILED;
    for (size_t i = 0; i < *n; i++)
        file[i] = (sp_catalogue_file){k->file[i].name, sp_format(run, "%s/%s", k->url[0], k->file[i].name),
                                      k->file[i].sha256, (double)k->file[i].bytes / 1e6};
    *out = file;
    return SP_OK;
}

static const char *names(sp_run *run)
{
    const char *text = "";
    for (size_t i = 0; sp_known_at(i) && text; i++)
        text = sp_format(run, "%s%s%s", text, i ? ", " : "", sp_known_at(i)->name);
    return text ? text : "";
}

sp_status sp_catalogue_get(sp_run *run, const char *name, bool show, const char **folder, bool *fetched, size_t *n_files,
                           const sp_catalogue_file **files)
{
    const sp_known *k = sp_known_find(name, strlen(name));
    *fetched = false;
    if (!k)
        return sp_fail(run, SP_USAGE, "no dataset \"%s\" in the catalogue; there are %s", name, names(run));
    SP_TRY(list_files(run, k, n_files, files));
    SP_TRY(sp_known_locate(run, k, folder));
    if (*folder)
        return SP_OK;
    SP_TRY(sp_known_target(run, k, folder));
    if (show)
        return SP_OK;
    SP_TRY(sp_known_fetch(run, k, *folder));
    *fetched = true;
    return SP_OK;
}
