package decode

import "golang.org/x/sys/unix"

const processor = unix.AUDIT_ARCH_X86_64

var callsOfProcessor = []uint32{unix.SYS_POLL, unix.SYS_EPOLL_WAIT, unix.SYS_ARCH_PRCTL}
