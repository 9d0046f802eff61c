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

static bool belongs(const sp_command *command, const char *group)
{
    size_t n = strlen(group);
    return !strncmp(command->name, group, n) && (command->name[n] == '.' || !command->name[n]);
}

const sp_group *sp_group_at(size_t i)
{
    static const sp_group groups[] = {
#define SP_GROUP(name, room, summary) {name, room, summary},
#include "groups.def"
    };
    for (size_t g = 0; g < sizeof groups / sizeof *groups; g++) {
        bool used = false;
        for (size_t c = 0; commands[c]; c++)
            used |= belongs(commands[c], groups[g].name);
        if (used && i-- == 0)
            return &groups[g];
    }
    return NULL;
}
