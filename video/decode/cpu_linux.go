package decode

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"time"
)

// tick is the unit of processor time in /proc, which is the same on all of Go's Linux processors.
const tick = 10 * time.Millisecond

// cpuTime is how much processor time a process has used.
func cpuTime(pid int) (time.Duration, bool) {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return 0, false
	}
	// The name, in brackets, may hold anything; utime and stime are the 12th and 13th field behind it.
	fields := bytes.Fields(b[bytes.LastIndexByte(b, ')')+1:])
	if len(fields) < 13 {
		return 0, false
	}
	user, err1 := strconv.ParseUint(string(fields[11]), 10, 62)
	system, err2 := strconv.ParseUint(string(fields[12]), 10, 62)
	return time.Duration(user+system) * tick, err1 == nil && err2 == nil
}
