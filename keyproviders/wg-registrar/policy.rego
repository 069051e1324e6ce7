# SPDX-License-Identifier: GPL-2.0-or-later
#
# Release policy for Trustee's KBS with the WireGuard registrar as the backend
# `wg`: an example to edit.  Without a policy the KBS denies all plug-ins but
# `resource`.  DELETE wg/peer and GET wg/peers never come here: the plug-in says
# that they are for admins, and the KBS checks that by its [admin] section.
package policy

import rego.v1

default allow := false

# Which VM may register which name: the digest of its init-data, which the
# hardware's evidence binds (HOSTDATA of SNP, MRCONFIGID of TDX).
names := {
	"vm1": "<init_data in the token of this VM, hex>",
	"vm2": "<...>",
}

# Each part of the evidence was appraised, and found good.
affirming if {
	count(input.submods) > 0
	every _, submod in input.submods {
		submod["ear.status"] == "affirming"
	}
}

evidence := input.submods.cpu0["ear.veraison.annotated-evidence"]

# The key that is registered is the one that this VM's register and log have.  A
# VM's first request comes with a token from before that: it is denied, and postern
# attests anew at once.  This is for TDX: leave it out for a TEE whose token has no log.
measured if {
	some event in evidence.tdx.uefi_event_logs
	event.digest_matches_event
	event.details.data.domain == "postern"
	event.details.data.operation == "tunnel"
	key := split(event.details.data.content, " ")[1]
	data.query.pubkey == replace(replace(trim_right(key, "="), "+", "-"), "/", "_")
}

allow if {
	data.plugin == "external"
	data["resource-path"] == ["wg", "peer"]
	affirming
	measured
	names[data.query.name] == evidence.init_data
}

# What the VMs are given besides, here: everything of the repository `default`.
allow if {
	data.plugin == "resource"
	data["resource-path"][0] == "default"
	affirming
}
