package relay

import (
	"fmt"
	"log/slog"

	"github.com/pion/logging"
)

// pionLoggers gives pion one logger for all its parts.
type pionLoggers struct{ log *slog.Logger }

// NewLogger implements logging.LoggerFactory.
func (f pionLoggers) NewLogger(scope string) logging.LeveledLogger {
	return pionLogger{f.log.With("scope", scope)}
}

// pionLogger sends pion's errors and warnings on as debug lines: they tell of single viewers' networks, and what
// matters reaches the log as a viewer's end. The rest is dropped unformatted.
type pionLogger struct{ log *slog.Logger }

func (pionLogger) Trace(string)          {}
func (pionLogger) Tracef(string, ...any) {}
func (pionLogger) Debug(string)          {}
func (pionLogger) Debugf(string, ...any) {}
func (pionLogger) Info(string)           {}
func (pionLogger) Infof(string, ...any)  {}
func (l pionLogger) Warn(msg string)     { l.log.Debug("webrtc", "warning", msg) }
func (l pionLogger) Error(msg string)    { l.log.Debug("webrtc", "error", msg) }
func (l pionLogger) Warnf(f string, a ...any) {
	l.log.Debug("webrtc", "warning", fmt.Sprintf(f, a...))
}

func (l pionLogger) Errorf(f string, a ...any) {
	l.log.Debug("webrtc", "error", fmt.Sprintf(f, a...))
}
