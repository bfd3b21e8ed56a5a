package mavlinktest

import (
	"net"
	"time"

	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
	"github.com/bluenviron/gomavlib/v3/pkg/message"
)

// Config says what the autopilot is like.
type Config struct {
	// SystemID is its id, 0 is 1.
	SystemID uint8
	// Network is "udp" or "tcp", Address where the station listens.
	Network, Address string
	// Local is the address to send from; empty is any. Conn replaces both.
	Local string
	Conn  net.Conn
	// PX4 makes it a PX4 and not an ArduCopter.
	PX4 bool
	// Uptime is the time since boot at the start.
	Uptime time.Duration
	// Lat, Lon and GroundAMSL are where it stands.
	Lat, Lon, GroundAMSL float64
	// North and East are its speed in metres a second, YawRate its turn in degrees a second: it moves so all the time.
	North, East, YawRate float64
	// GimbalPitch and GimbalYaw are where the camera looks in degrees, yaw against the vehicle's.
	GimbalPitch, GimbalYaw float64
	// Gimbals are what its gimbal manager says of its devices; empty is device 1, which tells neither abilities nor limits.
	Gimbals []common.MessageGimbalManagerInformation
	// Mount makes the gimbal one of before gimbal protocol v2: MOUNT_ORIENTATION, and MAV_CMD_DO_MOUNT_CONTROL.
	Mount bool
	// Streams are offered by a camera component, Lens says what that tells of itself.
	Streams []common.MessageVideoStreamInformation
	Lens    common.MessageCameraInformation
	// Parameters are its settings, as the float of PARAM_VALUE; Kinds are their types where these are not REAL32.
	Parameters map[string]float32
	Kinds      map[string]common.MAV_PARAM_TYPE
	// Files makes it announce and serve MAVFTP, Logs hand out logs, never while it is armed and no PX4.
	Files *Files
	Logs  *Logs
	// Settings are what the camera offers over PARAM_EXT.
	Settings []Setting
	// About are messages that the autopilot sends when it is asked for them.
	About []message.Message
	// Guard checks what comes and signs what goes; nil does neither.
	Guard *Guard
}
