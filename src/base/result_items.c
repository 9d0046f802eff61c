/* What a report says, in order: sections, words, tables and images of a result. */
#include "result_private.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static sp_status add(sp_items *items, sp_item_kind kind, const char *text, sp_image *image)
{
    sp_item *grown = realloc(items->v, (items->n + 1) * sizeof *grown);
    if (!grown)
        return SP_FAILED;
    items->v = grown;
    char *copy = strdup(text);
    if (!copy)
        return SP_FAILED;
    sp_item *item = &grown[items->n++];
    item->kind = kind;
    item->text = copy;
    item->image = image;
    return SP_OK;
}

static sp_status say(sp_items *items, sp_item_kind kind, const char *format, va_list arguments)
{
    char *text = NULL;
    if (vasprintf(&text, format, arguments) < 0)
        return SP_FAILED;
    sp_status status = add(items, kind, text, NULL);
    free(text);
    return status;
}

sp_status sp_result_section(sp_result *result, const char *title)
{
    return add(sp_result_items_of(result), SP_ITEM_SECTION, title, NULL);
}

sp_status sp_result_say(sp_result *result, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    sp_status status = say(sp_result_items_of(result), SP_ITEM_WORDS, format, arguments);
    va_end(arguments);
    return status;
}

sp_status sp_result_caution(sp_result *result, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    sp_status status = say(sp_result_items_of(result), SP_ITEM_CAUTION, format, arguments);
    va_end(arguments);
    return status;
}

sp_status sp_result_paste(sp_result *result, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    sp_status status = say(sp_result_items_of(result), SP_ITEM_COMMAND, format, arguments);
    va_end(arguments);
    return status;
}

sp_status sp_result_show(sp_result *result, const char *table)
{
    return add(sp_result_items_of(result), SP_ITEM_TABLE, table, NULL);
}

static void image_free(sp_image *image)
{
    if (image) {
        free((void *)image->name);
        free((void *)image->caption);
        free((void *)image->pixels);
    }
    free(image);
}

sp_status sp_result_image(sp_result *result, const sp_image *image)
{
    size_t bytes = image->width * image->height * image->channels;
    sp_image *copy = malloc(sizeof *copy);
    unsigned char *pixels = malloc(bytes ? bytes : 1);
    if (!copy || !pixels) {
        free(copy);
        free(pixels);
        return SP_FAILED;
    }
    *copy = *image;
    copy->name = strdup(image->name);
    copy->caption = strdup(image->caption ? image->caption : "");
    memcpy(pixels, image->pixels, bytes);
    copy->pixels = pixels;
    sp_status status =
        copy->name && copy->caption ? add(sp_result_items_of(result), SP_ITEM_IMAGE, copy->name, copy) : SP_FAILED;
    if (status != SP_OK)
        image_free(copy);
    return status;
}

void sp_items_free(sp_items *items)
{
    for (size_t i = 0; i < items->n; i++) {
        free((void *)items->v[i].text);
        image_free((sp_image *)items->v[i].image);
    }
    free(items->v);
}

size_t sp_result_items(const sp_result *result) { return sp_result_items_of((sp_result *)result)->n; }
const sp_item *sp_result_item(const sp_result *result, size_t i) { return &sp_result_items_of((sp_result *)result)->v[i]; }
