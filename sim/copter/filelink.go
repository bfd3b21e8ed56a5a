package copter

import (
	"fmt"
	"strings"

	mav "github.com/bluenviron/gomavlib/v3/pkg/dialects/ardupilotmega"

	"vedette/sim/mavftp"
)

// filePackets is how many packets of a burst are sent at each step: 190 kB a second.
const filePackets = 8

const logFolder = "APM/LOGS"

// handleFile answers a request of the file transfer protocol.
func (c *Copter) handleFile(p *peer, k packet, m *mav.MessageFileTransferProtocol) {
	answer, ok := c.files.Handle(c.flight.age(), mavftp.Client{Link: p, System: k.system, Component: k.component}, m.Payload)
	if ok {
		p.send(autopilotComponent, &mav.MessageFileTransferProtocol{TargetSystem: k.system, TargetComponent: k.component, Payload: answer})
	}
}

// stepFiles sends what is due of bursts.
func (c *Copter) stepFiles() {
	may := func(to mavftp.Client) bool {
		p, ok := to.Link.(*peer)
		return !ok || p.room()
	}
	for _, out := range c.files.Next(c.flight.age(), filePackets, may) {
		if p, ok := out.To.Link.(*peer); ok {
			p.send(autopilotComponent, &mav.MessageFileTransferProtocol{
				TargetSystem: out.To.System, TargetComponent: out.To.Component, Payload: out.Payload,
			})
		}
	}
}

// newFiles are the vehicle's files: logs, parameters, and what the system tells of itself.
func (c *Copter) newFiles() *mavftp.Files {
	files := mavftp.NewFiles(logFolder, "APM/TERRAIN", "APM/SCRIPTS")
	files.Look = c.lookFile
	files.More = c.listFiles
	files.Written = c.writtenFile
	files.Drop = func(path string) bool {
		l := c.logFile(path)
		return l != nil && c.logs.remove(l.id)
	}
	return files
}

// logFile is the log of a path, or nil.
func (c *Copter) logFile(path string) *onboardLog {
	if !strings.HasPrefix(path, logFolder+"/") {
		return nil
	}
	c.recall()
	for _, l := range c.logs.logs {
		if path == logFolder+"/"+l.name() {
			return l
		}
	}
	return nil
}

// systemFiles are made when they are read.
var systemFiles = map[string]func(c *Copter) string{
	"@SYS/uarts.txt":  (*Copter).uartsText,
	"@SYS/tasks.txt":  (*Copter).tasksText,
	"@SYS/memory.txt": (*Copter).memoryText,
}

func (c *Copter) lookFile(path string) (mavftp.Virtual, bool) {
	if l := c.logFile(path); l != nil {
		return mavftp.Virtual{Data: l.w.Bytes(), Size: uint32(l.w.Size())}, true
	}
	if text, ok := systemFiles[path]; ok {
		b := []byte(text(c))
		return mavftp.Virtual{Data: b, Size: uint32(len(b))}, true
	}
	switch path, query, _ := strings.Cut(path, "?"); path {
	case logFolder + "/LASTLOG.TXT":
		b := fmt.Appendf(nil, "%d\r\n", c.logs.next)
		return mavftp.Virtual{Data: b, Size: uint32(len(b))}, true
	case paramPack:
		return c.packParams(query)
	}
	return mavftp.Virtual{}, false
}

func (c *Copter) listFiles(dir string) (out []mavftp.Entry) {
	switch dir {
	case "":
		out = append(out, mavftp.Entry{Name: "@PARAM", Dir: true}, mavftp.Entry{Name: "@SYS", Dir: true})
	case logFolder:
		c.recall()
		for _, l := range c.logs.logs {
			out = append(out, mavftp.Entry{Name: l.name(), Size: uint32(l.w.Size())})
		}
		out = append(out, mavftp.Entry{Name: "LASTLOG.TXT", Size: uint32(len(fmt.Sprint(c.logs.next)) + 2)})
	case "@PARAM":
		out = append(out, mavftp.Entry{Name: "param.pck", Size: uint32(len(c.flight.params.list) * guessedBytes)})
	case "@SYS":
		for path, text := range systemFiles {
			out = append(out, mavftp.Entry{Name: strings.TrimPrefix(path, "@SYS/"), Size: uint32(len(text(c)))})
		}
	}
	return out
}

func (c *Copter) writtenFile(path string, data []byte) bool {
	if path == paramPack {
		c.unpackParams(data)
	}
	return strings.HasPrefix(path, "@")
}

func (c *Copter) uartsText() string {
	return fmt.Sprintf("UARTV1\nOTG1    TX = %8d RX = %8d\n", c.link.sent.Load(), c.link.received.Load())
}

func (c *Copter) tasksText() string {
	return fmt.Sprintf("TasksV2\nstep                MIN= 2 MAX= 60 AVG= 5 OVR= %d SLP= 0, TOT=100.0%%\n", c.overruns)
}

func (c *Copter) memoryText() string { return "MemInfoV1\nSimulated: no memory of its own\n" }
