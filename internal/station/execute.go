package station

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"time"

	"github.com/oklog/ulid/v2"

	"vedette/internal/access"
	"vedette/internal/geo"
	"vedette/mavlink"
	"vedette/tracking/cue"
	"vedette/ui/api"
)

const (
	intentQueue   = 64
	intentTimeout = 30 * time.Second // a takeoff takes its time
	// intentPatience is how long the record of what is about to be done may hold it up.
	intentPatience = 500 * time.Millisecond
)

// executor carries out what approved cues want, one vehicle at a time and the newest intent of each vehicle first. It acts
// under the name of the operator who approved, and only while nobody else holds the vehicle's lease.
type executor struct {
	vehicles *vehicles
	record   recorder
	leases   *access.Leases
	// intend records what is about to be done.
	intend  func(ctx context.Context, who string, i access.Intent) error
	fail    func(ctx context.Context, cueID, why string)
	log     *slog.Logger
	intents chan cue.Intent
}

// run hands intents to one worker for each vehicle; a worker that is still busy gets the next one merged, so that it never
// works on old places.
func (x *executor) run(ctx context.Context) error {
	var workers sync.WaitGroup
	defer workers.Wait()
	next := map[int]chan cue.Intent{}
	for {
		select {
		case i := <-x.intents:
			box := next[i.Vehicle]
			if box == nil {
				box = make(chan cue.Intent, 1)
				next[i.Vehicle] = box
				workers.Go(func() { x.work(ctx, box) })
			}
			select {
			case waiting := <-box:
				i = merge(waiting, i)
			default:
			}
			box <- i // there is room: this goroutine is the only one that puts
		case <-ctx.Done():
			return nil
		}
	}
}

// merge is a newer intent with what an older one of the same cue asked for and the newer does not replace.
func merge(older, newer cue.Intent) cue.Intent {
	if older.Cue != newer.Cue {
		return newer
	}
	if newer.TakeOff == nil {
		newer.TakeOff = older.TakeOff
	}
	if newer.LookAt == nil {
		newer.LookAt = older.LookAt
	}
	switch {
	case newer.GoTo == nil:
		newer.GoTo = older.GoTo
	case older.GoTo != nil && newer.GoTo.KeepMode:
		goTo := *newer.GoTo
		goTo.KeepMode = older.GoTo.KeepMode // the first has not been given yet
		newer.GoTo = &goTo
	}
	return newer
}

func (x *executor) work(ctx context.Context, intents <-chan cue.Intent) {
	for {
		select {
		case i := <-intents:
			if err := x.carryOut(ctx, i); err != nil && ctx.Err() == nil {
				x.log.Warn("a cue cannot be carried out", "cue", i.Cue, "vehicle", i.Vehicle, "error", err)
				x.fail(ctx, i.Cue, err.Error())
			}
		case <-ctx.Done():
			return
		}
	}
}

func (x *executor) carryOut(ctx context.Context, i cue.Intent) error {
	if lease, held := x.leases.Of(i.Vehicle); held && lease.Holder != i.Operator {
		return fmt.Errorf("%s took control of vehicle %d", lease.Holder, i.Vehicle)
	}
	ctx, cancel := context.WithTimeout(ctx, intentTimeout)
	defer cancel()
	if i.TakeOff != nil {
		height := geo.AGL(*i.TakeOff)
		takeoff := api.Command{ID: ulid.Make().String(), Command: "takeoff", AltitudeAGL: &height}
		x.announce(ctx, i, takeoff)
		result, err := x.vehicles.command(ctx, access.Principal{Name: i.Operator}, i.Vehicle, takeoff, nil)
		if err := x.note(ctx, i, takeoff, result, err); err != nil {
			return err
		}
	}
	if i.LookAt != nil {
		// Turning the camera goes on at two a second: only what changes the flight is on record one by one.
		// A station or person that takes the camera meanwhile keeps it.
		if _, err := x.vehicles.lookAt(ctx, i.Vehicle, x.vehicles.gimbalOf(i.Vehicle, 0), api.Place{Lat: &i.LookAt.Lat, Lon: &i.LookAt.Lon}, true); err != nil {
			return commandProblem(i.Vehicle, err)
		}
	}
	if i.GoTo != nil {
		return x.approach(ctx, i)
	}
	return nil
}

// approach flies to the place of an intent.
func (x *executor) approach(ctx context.Context, i cue.Intent) error {
	known, ok := x.vehicles.mavlink.Vehicle(i.Vehicle)
	if !ok || known.Position == nil {
		return fmt.Errorf("the position of vehicle %d is not known", i.Vehicle)
	}
	to := i.GoTo.Position
	height := x.vehicles.approachHeight(known, to, geo.AGL(i.GoTo.HeightAGL))
	asked := api.Command{ID: ulid.Make().String(), Command: "goto", Lat: &to.Lat, Lon: &to.Lon, AltitudeAMSL: &height}
	x.announce(ctx, i, asked)
	result, err := x.vehicles.carryOut(ctx, i.Vehicle, asked.Command, func(ctx context.Context) (mavlink.Ack, error) {
		return x.vehicles.mavlink.Command(ctx, i.Vehicle, mavlink.Goto{Lat: to.Lat, Lon: to.Lon, AltAMSL: float64(height), KeepMode: i.GoTo.KeepMode})
	})
	result.ID = asked.ID
	return x.note(ctx, i, asked, result, err)
}

// approachHeight is how high a vehicle flies to a place that it is sent to by the station: as high above the ground as asked for, and higher
// where the ground on the way demands it. Where the height of the ground is not known, there or on the way, it flies as high above its
// home, and no lower than it is.
func (v *vehicles) approachHeight(known mavlink.Vehicle, to geo.LatLon, agl geo.AGL) geo.AMSL {
	top, whole := v.ground.highestBetween(geo.LatLon{Lat: known.Position.Lat, Lon: known.Position.Lon}, to)
	below, there := v.ground.elevation(to)
	if whole && there {
		return max(below+geo.AMSL(agl), top+2*leastClearanceM)
	}
	height := geo.AMSL(known.Position.AltAMSL)
	if known.Home != nil {
		height = max(height, geo.AMSL(known.Home.AltAMSL)+geo.AMSL(agl))
	}
	if there {
		height = max(height, below+geo.AMSL(agl))
	}
	return height
}

// announce records what is about to be done, so that it is known or said to be unknown after a crash.
func (x *executor) announce(ctx context.Context, i cue.Intent, asked api.Command) {
	ctx, cancel := context.WithTimeout(ctx, intentPatience)
	defer cancel()
	err := x.intend(ctx, i.Operator, access.Intent{ID: asked.ID, Vehicle: i.Vehicle, Action: asked.Command, Request: asked})
	if err != nil {
		x.log.Error("cannot record an intent", "cue", i.Cue, "vehicle", i.Vehicle, "command", asked.Command, "error", err)
	}
}

// note records a command that a cue gave in the name of the operator who approved it, and passes its error on. A vehicle
// that has acted is not held up by a disk that is full.
func (x *executor) note(ctx context.Context, i cue.Intent, asked api.Command, result api.CommandResult, failed error) error {
	entry := map[string]any{"cue": i.Cue, "asked": asked, "result": result}
	if failed != nil {
		entry["error"] = failed.Error()
	}
	if err := x.record.append(context.WithoutCancel(ctx), kindCommand, strconv.Itoa(i.Vehicle), i.Operator, time.Now(), entry); err != nil {
		x.log.Error("cannot record a command", "cue", i.Cue, "vehicle", i.Vehicle, "command", asked.Command, "error", err)
	}
	return failed
}
