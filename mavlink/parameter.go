package mavlink

import (
	"cmp"
	"context"
	"encoding/binary"
	"fmt"
	"math"
	"slices"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"

	"vedette/mavlink/link"
)

const (
	maxParameterName = 16
	// listQuiet is the silence after which missing parameters of a list are asked for one by one.
	listQuiet = 700 * time.Millisecond
	// gapsAtOnce bounds what is asked for before the answers come.
	gapsAtOnce = 20
	// gapRounds without a single answer end a listing.
	gapRounds = 5
)

// Parameter is one setting of an autopilot.
type Parameter struct {
	Name string
	// Value is the number whatever its type is.
	Value float64
	// Integer tells that the vehicle keeps whole numbers only.
	Integer bool
	kind    common.MAV_PARAM_TYPE
}

// Parameters lists all parameters by name. On a slow link it takes long: give it a context with enough time.
func (s *Service) Parameters(ctx context.Context, id int) ([]Parameter, error) {
	sys, err := s.system(id)
	if err != nil {
		return nil, err
	}
	if err := sys.transfer.enter(ctx); err != nil {
		return nil, fmt.Errorf("wait for another transfer: %w", err)
	}
	defer sys.transfer.leave()
	p, err := sys.live()
	if err != nil {
		return nil, err
	}
	sub := sys.inbox.subscribe(2048, isParameter(sys))
	defer sub.close()
	p.Send(link.Transfer, &common.MessageParamRequestList{TargetSystem: sys.id, TargetComponent: sys.component})
	list := parameterList{byIndex: make(map[int]Parameter)}
	if err := s.collect(ctx, sys, sub, &list); err != nil {
		return nil, fmt.Errorf("list parameters (%d of %d came): %w", len(list.byIndex), list.count, err)
	}
	return list.sorted(), nil
}

// parameterList gathers a list that may have gaps and whose length may change while it comes.
type parameterList struct {
	count   int
	byIndex map[int]Parameter
}

func (l *parameterList) add(m *common.MessageParamValue, p Parameter) (isNew bool) {
	const noIndex = math.MaxUint16 // the echo of a set
	if m.ParamIndex == noIndex {
		return false
	}
	l.count = int(m.ParamCount)
	_, known := l.byIndex[int(m.ParamIndex)]
	l.byIndex[int(m.ParamIndex)] = p
	return !known
}

func (l *parameterList) gaps(limit int) []int {
	var missing []int
	for i := 0; i < l.count && len(missing) < limit; i++ {
		if _, ok := l.byIndex[i]; !ok {
			missing = append(missing, i)
		}
	}
	return missing
}

func (l *parameterList) whole() bool {
	return l.count > 0 && len(l.byIndex) >= l.count && len(l.gaps(1)) == 0
}

func (l *parameterList) sorted() []Parameter {
	all := make([]Parameter, 0, len(l.byIndex))
	for _, p := range l.byIndex {
		all = append(all, p)
	}
	slices.SortFunc(all, func(a, b Parameter) int { return cmp.Compare(a.Name, b.Name) })
	return slices.CompactFunc(all, func(a, b Parameter) bool { return a.Name == b.Name })
}

func (s *Service) collect(ctx context.Context, sys *system, sub *subscription, list *parameterList) error {
	timer := time.NewTimer(2 * answerWait)
	defer timer.Stop()
	fruitless := 0
	for !list.whole() {
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
		case in := <-sub.in:
			m, _ := in.message.(*common.MessageParamValue)
			if list.add(m, sys.parameter(m)) {
				fruitless = 0
			}
			timer.Reset(listQuiet)
		case <-timer.C:
			fruitless++
			if fruitless > gapRounds {
				return ErrNoAnswer
			}
			s.askGaps(sys, list)
			timer.Reset(listQuiet)
		}
	}
	return nil
}

func (s *Service) askGaps(sys *system, list *parameterList) {
	p, err := sys.live()
	if err != nil {
		return // it may come back within the rounds that are left
	}
	if list.count == 0 {
		p.Send(link.Transfer, &common.MessageParamRequestList{TargetSystem: sys.id, TargetComponent: sys.component})
		return
	}
	for _, i := range list.gaps(gapsAtOnce) {
		p.Send(link.Transfer, &common.MessageParamRequestRead{TargetSystem: sys.id, TargetComponent: sys.component, ParamIndex: int16(i)})
	}
}

// Parameter reads one parameter. A name that the vehicle does not know gives the same ErrNoAnswer as a bad link, since most
// autopilots say nothing then.
func (s *Service) Parameter(ctx context.Context, id int, name string) (Parameter, error) {
	sys, err := s.system(id)
	if err != nil {
		return Parameter{}, err
	}
	if name == "" || len(name) > maxParameterName {
		return Parameter{}, fmt.Errorf("parameter %q: %w: a name has 1 to %d characters", name, ErrInvalid, maxParameterName)
	}
	p, err := s.exchangeParameter(ctx, sys, name, func(p *link.Peer) {
		p.Send(link.Transfer, &common.MessageParamRequestRead{TargetSystem: sys.id, TargetComponent: sys.component, ParamId: name, ParamIndex: -1})
	}, nil)
	if err != nil {
		return Parameter{}, fmt.Errorf("read parameter %s: %w", name, err)
	}
	return p, nil
}

// SetParameter changes one parameter and gives it as the vehicle has it then. Where the vehicle keeps another value,
// the error is a *DeniedError.
func (s *Service) SetParameter(ctx context.Context, id int, name string, value float64) (Parameter, error) {
	was, err := s.Parameter(ctx, id, name)
	if err != nil {
		return Parameter{}, err
	}
	if math.IsNaN(value) || math.IsInf(value, 0) || was.Integer && value != math.Trunc(value) {
		return Parameter{}, fmt.Errorf("set parameter %s: %w: the value %v", name, ErrInvalid, value)
	}
	sys, err := s.system(id)
	if err != nil {
		return Parameter{}, err
	}
	set := &common.MessageParamSet{
		TargetSystem: sys.id, TargetComponent: sys.component, ParamId: name,
		ParamValue: encodeParameter(value, was.kind, sys.bytewise()), ParamType: was.kind,
	}
	same := func(p Parameter) bool { return sameValue(p.Value, value) }
	now, err := s.exchangeParameter(ctx, sys, name, func(p *link.Peer) { p.Send(link.Transfer, set) }, same)
	if err != nil {
		return Parameter{}, fmt.Errorf("set parameter %s: %w", name, err)
	}
	if !same(now) {
		return now, fmt.Errorf("set parameter %s: %w", name, &DeniedError{Result: "denied", Reason: fmt.Sprintf("the vehicle keeps %v", now.Value)})
	}
	return now, nil
}

// exchangeParameter asks three times for a value by name. With wanted it waits on for a value that fits, because
// one that was on its way before may come first, and gives the last other one if none does.
func (s *Service) exchangeParameter(ctx context.Context, sys *system, name string, ask func(*link.Peer), wanted func(Parameter) bool) (Parameter, error) {
	sub := sys.inbox.subscribe(64, isParameter(sys))
	defer sub.close()
	other, found := Parameter{}, false
	for range attempts {
		p, err := sys.live()
		if err != nil {
			return Parameter{}, err
		}
		ask(p)
		timer := time.NewTimer(answerWait)
		for waiting := true; waiting; {
			select {
			case <-ctx.Done():
				timer.Stop()
				return Parameter{}, fmt.Errorf("%w: %w", ErrNoAnswer, ctx.Err())
			case <-timer.C:
				waiting = false
			case in := <-sub.in:
				m, _ := in.message.(*common.MessageParamValue)
				if m.ParamId != name {
					continue
				}
				got := sys.parameter(m)
				if wanted == nil || wanted(got) {
					timer.Stop()
					return got, nil
				}
				other, found = got, true
			}
		}
		if found {
			return other, nil
		}
	}
	return Parameter{}, ErrNoAnswer
}

func isParameter(sys *system) func(inbound) bool {
	return func(in inbound) bool {
		_, ok := in.message.(*common.MessageParamValue)
		return ok && in.component == sys.component
	}
}

func (s *system) bytewise() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.pilot.bytewise(s.state.v.Capabilities)
}

func (s *system) parameter(m *common.MessageParamValue) Parameter {
	return Parameter{
		Name: clean(m.ParamId), Value: decodeParameter(m.ParamValue, m.ParamType, s.bytewise()),
		Integer: wholeNumber(m.ParamType), kind: m.ParamType,
	}
}

func wholeNumber(t common.MAV_PARAM_TYPE) bool {
	return t >= common.MAV_PARAM_TYPE_UINT8 && t <= common.MAV_PARAM_TYPE_INT64
}

// decodeParameter reads a value: as a number, or from the four bytes of the float (MAVLink 'Parameter Encoding').
func decodeParameter(v float32, t common.MAV_PARAM_TYPE, bytewise bool) float64 {
	if !bytewise {
		return float64(v)
	}
	bits := math.Float32bits(v)
	switch t {
	case common.MAV_PARAM_TYPE_UINT8:
		return float64(uint8(bits))
	case common.MAV_PARAM_TYPE_INT8:
		return float64(int8(bits))
	case common.MAV_PARAM_TYPE_UINT16:
		return float64(uint16(bits))
	case common.MAV_PARAM_TYPE_INT16:
		return float64(int16(bits))
	case common.MAV_PARAM_TYPE_UINT32:
		return float64(bits)
	case common.MAV_PARAM_TYPE_INT32:
		return float64(int32(bits))
	default:
		return float64(v)
	}
}

func encodeParameter(v float64, t common.MAV_PARAM_TYPE, bytewise bool) float32 {
	if !bytewise || !wholeNumber(t) {
		return float32(v)
	}
	var b [4]byte
	binary.LittleEndian.PutUint32(b[:], uint32(int64(v)))
	switch t {
	case common.MAV_PARAM_TYPE_UINT8, common.MAV_PARAM_TYPE_INT8:
		b[1], b[2], b[3] = 0, 0, 0
	case common.MAV_PARAM_TYPE_UINT16, common.MAV_PARAM_TYPE_INT16:
		b[2], b[3] = 0, 0
	}
	return math.Float32frombits(binary.LittleEndian.Uint32(b[:]))
}

// sameValue compares as a float of 32 bits holds it.
func sameValue(a, b float64) bool {
	return float32(a) == float32(b) || math.Abs(a-b) <= 1e-6*max(math.Abs(a), math.Abs(b))
}
