package mavlink

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/ftp"
	"vedette/mavlink/link"
	"vedette/mavlink/param"
)

// Parameter is one setting of an autopilot.
type Parameter = param.Parameter

// ErrNoParameter means that the vehicle has no parameter of that name, under none of the names that it has in other versions
// of the firmware.
var ErrNoParameter = param.ErrUnknown

const (
	// packedTries are fewer than for other files, because the list can come without MAVFTP too.
	packedTries   = 4
	hashParameter = "_HASH_CHECK"
)

var parameterIDs = []uint32{(&common.MessageParamValue{}).GetID(), (&common.MessageParamError{}).GetID()}

// Parameters lists all parameters by name as they are now: over MAVFTP where the vehicle offers that, else one by one. A PX4
// that tells the same sum over all parameters as when they were last read is not asked for them again. On a slow link it
// takes long: give it a context with enough time. The list is remembered, see KnownParameters.
func (s *Service) Parameters(ctx context.Context, id int) ([]Parameter, error) {
	sys, err := s.system(id)
	if err != nil {
		return nil, err
	}
	t := Transfer{Kind: "parameters", Began: time.Now()}
	during, end, err := s.begin(ctx, sys, t)
	if err != nil {
		return nil, err
	}
	list, err := s.listParameters(during, sys, &t)
	end()
	if err == nil {
		s.awaitAbout(ctx, sys)
	}
	return list, err
}

// listParameters must be called within begin.
func (s *Service) listParameters(ctx context.Context, sys *system, t *Transfer) ([]Parameter, error) {
	if _, err := sys.live(); err != nil {
		return nil, err
	}
	s.recall(sys)
	session := sys.presentSession()
	hash := s.parameterHash(ctx, sys)
	if list, same := sys.table.confirm(hash, session, time.Now()); same {
		return list, nil
	}
	list, err := s.packedParameters(ctx, sys, t)
	if err != nil {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("list parameters: %w", err)
		}
		m := param.NewList(s.peerOf(sys, sys.component), sys.encoding())
		if err := s.talk(ctx, sys, sys.component, m, t, parameterIDs...); err != nil {
			return nil, fmt.Errorf("list parameters: %w", err)
		}
		list = m.Parameters()
	}
	sys.table.replace(list, hash, session, time.Now())
	s.keep(sys)
	return list, nil
}

// errNoPackedList means that the vehicle does not announce MAVFTP.
var errNoPackedList = errors.New("no MAVFTP")

// packedParameters reads the list over MAVFTP, which takes a few packets and keeps all digits of whole numbers.
func (s *Service) packedParameters(ctx context.Context, sys *system, t *Transfer) ([]Parameter, error) {
	if !sys.offersFiles() {
		return nil, errNoPackedList
	}
	var failed error
	for _, path := range []string{param.PackedWithDefaults, param.PackedFile} {
		sink := &memory{}
		_, err := fileTalk(ctx, s, sys, sys.component, t, func(c *ftp.Conn) (*ftp.Read, error) {
			return ftp.NewRead(c, path, ftp.ReadOptions{Sink: sink, Limit: param.MaxPacked, Tries: packedTries})
		})
		if err == nil {
			var list []Parameter
			if list, err = param.DecodePacked(sink.b); err == nil {
				return list, nil
			}
		}
		sys.log.Debug("parameters over MAVFTP failed", "file", path, "error", err)
		failed = err
		var denied *DeniedError
		if !errors.Is(err, ErrNoFile) && !errors.As(err, &denied) {
			break // the other name would not help
		}
	}
	return nil, failed
}

// parameterHash asks a PX4 for its sum over all parameters; nil where there is none.
func (s *Service) parameterHash(ctx context.Context, sys *system) *uint32 {
	if sys.pilot.name() != (px4{}).name() {
		return nil
	}
	m := param.NewRead(s.peerOf(sys, sys.component), sys.encoding(), sys.roundTrip(), hashParameter)
	if err := s.talk(ctx, sys, sys.component, m, nil, parameterIDs...); err != nil {
		return nil
	}
	hash := param.HashOf(m.Parameter())
	return &hash
}

// Parameter reads one parameter, by its name or by the one that it has in other versions of the firmware; the answer tells which.
// A name that the vehicle does not know gives ErrNoParameter, silence ErrNoAnswer.
func (s *Service) Parameter(ctx context.Context, id int, name string) (Parameter, error) {
	sys, err := s.system(id)
	if err != nil {
		return Parameter{}, err
	}
	if !param.ValidName(name) {
		return Parameter{}, fmt.Errorf("parameter %.40q: %w: a name has 1 to %d plain characters", name, ErrInvalid, param.MaxName)
	}
	p, err := s.readParameter(ctx, sys, name)
	if err != nil {
		return Parameter{}, fmt.Errorf("read parameter %s: %w", name, err)
	}
	return p, nil
}

func (s *Service) readParameter(ctx context.Context, sys *system, name string) (Parameter, error) {
	names := append([]string{name}, param.Aliases(name)...)
	if known, ok := sys.table.find(name); ok {
		names = []string{known.Name}
	}
	m := param.NewRead(s.peerOf(sys, sys.component), sys.encoding(), sys.roundTrip(), names...)
	if err := s.talk(ctx, sys, sys.component, m, nil, parameterIDs...); err != nil {
		return Parameter{}, parameterError(err)
	}
	return sys.table.completed(m.Parameter()), nil
}

// SetParameter changes one parameter and gives it as the vehicle has it then. Where the vehicle keeps another value,
// the error is a *DeniedError.
func (s *Service) SetParameter(ctx context.Context, id int, name string, value float64) (Parameter, error) {
	was, err := s.Parameter(ctx, id, name)
	if err != nil {
		return Parameter{}, err
	}
	sys, err := s.system(id)
	if err != nil {
		return Parameter{}, err
	}
	return s.change(ctx, sys, was, value)
}

// change sets a parameter that has just been read.
func (s *Service) change(ctx context.Context, sys *system, was Parameter, value float64) (now Parameter, err error) {
	if err := param.Check(value, was.Type); err != nil {
		return Parameter{}, fmt.Errorf("set parameter %s: %w: %w", was.Name, ErrInvalid, err)
	}
	if sys.encoding().Exact(value, was.Type) || !sys.offersFiles() {
		now, err = s.set(ctx, sys, was, value)
	} else {
		now, err = s.setPacked(ctx, sys, was, value)
	}
	if err != nil {
		return now, fmt.Errorf("set parameter %s: %w", was.Name, err)
	}
	return now, nil
}

func (s *Service) set(ctx context.Context, sys *system, was Parameter, value float64) (Parameter, error) {
	m, err := param.NewSet(s.peerOf(sys, sys.component), sys.encoding(), sys.roundTrip(), was, value)
	if err != nil {
		return was, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	if err := s.talk(ctx, sys, sys.component, m, nil, parameterIDs...); err != nil {
		return was, parameterError(err)
	}
	now := m.Parameter()
	now.Default = was.Default
	return now, nil
}

// setPacked sets a whole number that does not fit a float: ArduPilot takes it in a packed list. It is read back as it was
// sent, since PARAM_VALUE would show too few digits.
func (s *Service) setPacked(ctx context.Context, sys *system, was Parameter, value float64) (Parameter, error) {
	want := Parameter{Name: was.Name, Value: value, Type: was.Type}
	file, err := param.EncodePacked([]Parameter{want})
	if err != nil {
		return was, fmt.Errorf("%w: %w", ErrInvalid, err)
	}
	t := Transfer{Kind: "parameters", Upload: true, Began: time.Now()}
	ctx, end, err := s.begin(ctx, sys, t)
	if err != nil {
		return was, err
	}
	defer end()
	if _, err := fileTalk(ctx, s, sys, sys.component, nil, func(c *ftp.Conn) (*ftp.Write, error) { return ftp.NewWrite(c, param.PackedFile, file) }); err != nil {
		return was, err
	}
	if _, err := s.listParameters(ctx, sys, nil); err != nil {
		return was, err
	}
	now, ok := sys.table.find(was.Name)
	if !ok || now.Value != value {
		return now, &DeniedError{Result: "denied", Reason: fmt.Sprintf("the vehicle keeps %v", now.Value)}
	}
	return now, nil
}

// parameterError turns errors of package param into those of this one.
func parameterError(err error) error {
	if refused, ok := errors.AsType[*param.RefusedError](err); ok {
		return &DeniedError{Result: resultName(common.MAV_RESULT_DENIED), Reason: refused.Reason}
	}
	return err
}

// noteParameter keeps the remembered list up to date with what the vehicle tells anybody. Only the reading goroutines of links
// call it.
func (s *system) noteParameter(p *link.Peer, f link.Frame, m *common.MessageParamValue) {
	if p != nil && f.ComponentID == s.component && m.ParamId != hashParameter {
		s.table.note(param.Of(m, s.encoding()))
	}
}

// encoding tells how this vehicle's numbers travel. The capability bits are not believed for ArduPilot, which announces neither way.
func (s *system) encoding() param.Encoding {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pilot.bytewise(s.state.v.Capabilities) {
		return param.Bytewise
	}
	return param.Cast
}
