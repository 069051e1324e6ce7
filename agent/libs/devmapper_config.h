/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * devmapper_config.h - libdevmapper without udev
 *
 * In the place of LVM2's include/configure.h.  The library makes the nodes in
 * /dev/mapper itself and waits for nobody: in an initramfs whose udev lacks the
 * device-mapper rules, waiting for udev would never end.
 */
#ifndef POSTERN_DEVMAPPER_CONFIG_H
#define POSTERN_DEVMAPPER_CONFIG_H

#define DEVMAPPER_SUPPORT 1
#define DM_IOCTLS 1
#define DM_DEVICE_UID 0
#define DM_DEVICE_GID 0
#define DM_DEVICE_MODE 0600
#define DEFAULT_DM_ADD_NODE DM_ADD_NODE_ON_RESUME
#define DEFAULT_DM_NAME_MANGLING DM_STRING_MANGLING_AUTO
#define DEFAULT_DM_RUN_DIR "/run"
#define DEFAULT_PROC_DIR "/proc"

#define HAVE_CANONICALIZE_FILE_NAME 1
#define HAVE_GETLINE 1
#define HAVE_LINUX_MAGIC_H 1
#define HAVE_REALTIME 1
#define HAVE_SYS_IOCTL_H 1
#define HAVE_SYS_STATVFS_H 1
#define HAVE_TERMIOS_H 1
#define HAVE___BUILTIN_CLZ 1
#define MAJOR_IN_SYSMACROS 1

#endif /* POSTERN_DEVMAPPER_CONFIG_H */
