/* SPDX-License-Identifier: GPL-2.0-or-later */
/* [tunnel]: which of its keys go together. */
#include "config.h"
#include "config_value.h"

static const char *nebula_wrong(const struct config_tunnel *t)
{
	if (t->up || t->default_route)
		return "is nebula, which comes up in the real root";
	if (t->handover != HANDOVER_AUTO && t->handover != HANDOVER_FILES &&
	    t->handover != HANDOVER_NONE)
		return "is nebula: handover is auto, files or none";
	if (t->key_as != TUNNEL_KEY_FILE)
		return "is nebula, whose keys are in files";
	return t->settings[0] ? NULL : "has no settings";
}

static const char *networkd_wrong(const struct config_tunnel *t)
{
	if (!t->up && t->default_route)
		return "has a default-route, which handover = networkd cannot "
		       "keep from the peer's own address";
	if (t->up && t->key_as == TUNNEL_KEY_CREDENTIAL)
		return "is up when networkd finds it: nobody needs its key as a "
		       "credential";
	return NULL;
}

static const char *wireguard_wrong(const struct config_tunnel *t)
{
	if (t->settings[0])
		return "has settings, which are for nebula";
	if (t->up && t->default_route)
		return "cannot have both up and default-route: the way to the "
		       "peer would lead through the tunnel";
	if (t->handover <= HANDOVER_NETWORKD)
		return networkd_wrong(t);
	if (t->key_as == TUNNEL_KEY_CREDENTIAL)
		return "has key-as = credential, which only handover = networkd "
		       "takes";
	if (t->up && (t->handover == HANDOVER_WG_QUICK ||
		      t->handover == HANDOVER_FILES))
		return "is up, and wg-quick only brings up what is not there: "
		       "handover is networkd, networkmanager or none";
	return NULL;
}

const char *config_tunnel_wrong(const struct config_tunnel *t)
{
	if (!t->credentials[0])
		return "has no credentials";
	return t->kind == TUNNEL_NEBULA ? nebula_wrong(t) : wireguard_wrong(t);
}
