# SPDX-License-Identifier: GPL-2.0-or-later
"""Messages and methods of kbs.plugin.v1, the protocol of Trustee's external plug-ins.

Built at run time by python3-protobuf, so that there is no generated code.  All
three methods take the same four fields.  Source: kbs-wire.md 7.5; Trustee,
protos/plugin.proto.
"""

from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

PACKAGE = "kbs.plugin.v1"
SERVICE = PACKAGE + ".KbsPlugin"

_FIELD = descriptor_pb2.FieldDescriptorProto
_QUERY = f".{PACKAGE}.PluginRequest.QueryEntry"


def _add_message(parent, name, *fields):
    """A message of (name, number, type[, label[, type name]]) fields."""
    message = parent.add(name=name)
    for field, number, kind, *more in fields:
        message.field.add(name=field, number=number, type=kind,
                          label=more[0] if more else _FIELD.LABEL_OPTIONAL,
                          type_name=more[1] if len(more) > 1 else None)
    return message


def _classes():
    file = descriptor_pb2.FileDescriptorProto(name="plugin_wire.proto", package=PACKAGE,
                                              syntax="proto3")
    add = file.message_type
    request = _add_message(add, "PluginRequest",
                           ("body", 1, _FIELD.TYPE_BYTES),
                           ("query", 2, _FIELD.TYPE_MESSAGE, _FIELD.LABEL_REPEATED, _QUERY),
                           ("path", 3, _FIELD.TYPE_STRING, _FIELD.LABEL_REPEATED),
                           ("method", 4, _FIELD.TYPE_STRING))
    # How protobuf writes map<string, string>.
    entry = _add_message(request.nested_type, "QueryEntry",
                         ("key", 1, _FIELD.TYPE_STRING), ("value", 2, _FIELD.TYPE_STRING))
    entry.options.map_entry = True
    _add_message(add, "PluginResponse",
                 ("body", 1, _FIELD.TYPE_BYTES), ("status_code", 2, _FIELD.TYPE_INT32),
                 ("content_type", 3, _FIELD.TYPE_STRING))
    _add_message(add, "ValidateAuthResponse", ("requires_admin_auth", 1, _FIELD.TYPE_BOOL))
    _add_message(add, "NeedsEncryptionResponse",
                 ("requires_payload_encryption", 1, _FIELD.TYPE_BOOL))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    # protobuf 4.22 renamed it, and 5 has the new name only.
    of = getattr(message_factory, "GetMessageClass", None) or \
        message_factory.MessageFactory(pool).GetPrototype
    return [of(pool.FindMessageTypeByName(f"{PACKAGE}.{message.name}")) for message in add]


PluginRequest, PluginResponse, ValidateAuthResponse, NeedsEncryptionResponse = _classes()

# Each takes a PluginRequest.
RESPONSES = {"ValidateAuth": ValidateAuthResponse, "Handle": PluginResponse,
             "NeedsEncryption": NeedsEncryptionResponse}
