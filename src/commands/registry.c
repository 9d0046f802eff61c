#include "spinodal/command.h"

#include <string.h>

#define SP_COMMAND(group, verb) extern const sp_command sp_command_##group##_##verb;
#define SP_COMMAND_ALONE(name) extern const sp_command sp_command_##name;
#include "list.def"
#undef SP_COMMAND
#undef SP_COMMAND_ALONE

static const sp_command *const commands[] = {
#define SP_COMMAND(group, verb) &sp_command_##group##_##verb,
#define SP_COMMAND_ALONE(name) &sp_command_##name,
#include "list.def"
    NULL,
};

const sp_command *sp_command_at(size_t i) { return i + 1 < sizeof commands / sizeof *commands ? commands[i] : NULL; }

const sp_command *sp_command_find(const char *name)
{
    for (size_t i = 0; commands[i]; i++)
        if (!strcmp(commands[i]->name, name))
            return commands[i];
    return NULL;
}
