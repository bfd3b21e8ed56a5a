package decode

import "golang.org/x/sys/unix"

const processor = unix.AUDIT_ARCH_AARCH64

var callsOfProcessor []uint32
