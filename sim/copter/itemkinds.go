package copter

import (
	"github.com/bluenviron/gomavlib/v3/pkg/dialects/common"
)

// labels are the mission commands that the autopilot stores, with the name that ArduCopter prints when one begins.
var labels = map[common.MAV_CMD]string{
	common.MAV_CMD_NAV_WAYPOINT:               "WP",
	common.MAV_CMD_NAV_LOITER_UNLIM:           "LoitUnlim",
	common.MAV_CMD_NAV_LOITER_TURNS:           "LoitTurns",
	common.MAV_CMD_NAV_LOITER_TIME:            "LoitTime",
	common.MAV_CMD_NAV_RETURN_TO_LAUNCH:       "RTL",
	common.MAV_CMD_NAV_LAND:                   "Land",
	common.MAV_CMD_NAV_TAKEOFF:                "Takeoff",
	common.MAV_CMD_NAV_LOITER_TO_ALT:          "LoitAltitude",
	common.MAV_CMD_NAV_SPLINE_WAYPOINT:        "SplineWP",
	common.MAV_CMD_NAV_VTOL_TAKEOFF:           "VTOL Takeoff",
	common.MAV_CMD_NAV_VTOL_LAND:              "VTOL Land",
	common.MAV_CMD_NAV_DELAY:                  "Delay",
	common.MAV_CMD_CONDITION_DELAY:            "CondDelay",
	common.MAV_CMD_CONDITION_DISTANCE:         "CondDist",
	common.MAV_CMD_CONDITION_YAW:              "CondYaw",
	common.MAV_CMD_DO_JUMP:                    "Jump",
	common.MAV_CMD_JUMP_TAG:                   "Tag",
	common.MAV_CMD_DO_JUMP_TAG:                "JumpToTag",
	common.MAV_CMD_DO_CHANGE_SPEED:            "ChangeSpeed",
	common.MAV_CMD_DO_SET_HOME:                "SetHome",
	common.MAV_CMD_DO_SET_RELAY:               "SetRelay",
	common.MAV_CMD_DO_REPEAT_RELAY:            "RepeatRelay",
	common.MAV_CMD_DO_SET_SERVO:               "SetServo",
	common.MAV_CMD_DO_REPEAT_SERVO:            "RepeatServo",
	common.MAV_CMD_DO_RETURN_PATH_START:       "ReturnPath",
	common.MAV_CMD_DO_LAND_START:              "LandStart",
	common.MAV_CMD_DO_SET_ROI_LOCATION:        "SetROI",
	common.MAV_CMD_DO_SET_ROI_NONE:            "SetROI",
	common.MAV_CMD_DO_SET_ROI:                 "SetROI",
	common.MAV_CMD_DO_DIGICAM_CONFIGURE:       "DigiCamCfg",
	common.MAV_CMD_DO_DIGICAM_CONTROL:         "DigiCamCtrl",
	common.MAV_CMD_DO_MOUNT_CONTROL:           "MountControl",
	common.MAV_CMD_DO_SET_CAM_TRIGG_DIST:      "SetCamTrigDst",
	common.MAV_CMD_DO_FENCE_ENABLE:            "FenceEnable",
	218:                                       "AuxFunction", // MAV_CMD_DO_AUX_FUNCTION
	common.MAV_CMD_DO_GRIPPER:                 "Gripper",
	common.MAV_CMD_DO_GUIDED_LIMITS:           "GuidedLimits",
	common.MAV_CMD_DO_GIMBAL_MANAGER_PITCHYAW: "GimbalPitchYaw",
	common.MAV_CMD_SET_CAMERA_ZOOM:            "SetCameraZoom",
	common.MAV_CMD_SET_CAMERA_FOCUS:           "SetCameraFocus",
	common.MAV_CMD_SET_CAMERA_SOURCE:          "SetCameraSource",
	common.MAV_CMD_IMAGE_START_CAPTURE:        "ImageStartCapture",
	common.MAV_CMD_IMAGE_STOP_CAPTURE:         "ImageStopCapture",
	common.MAV_CMD_VIDEO_START_CAPTURE:        "VideoStartCapture",
	common.MAV_CMD_VIDEO_STOP_CAPTURE:         "VideoStopCapture",
}

// takeoff tells whether the item leaves the ground.
func (i item) takeoff() bool {
	return i.cmd == common.MAV_CMD_NAV_TAKEOFF || i.cmd == common.MAV_CMD_NAV_VTOL_TAKEOFF
}

// land tells whether the item ends on the ground where it says.
func (i item) land() bool {
	return i.cmd == common.MAV_CMD_NAV_LAND || i.cmd == common.MAV_CMD_NAV_VTOL_LAND
}

// jumps tells whether the item only says where the mission goes on.
func (i item) jumps() bool {
	return i.cmd == common.MAV_CMD_DO_JUMP || i.cmd == common.MAV_CMD_DO_JUMP_TAG || i.cmd == common.MAV_CMD_JUMP_TAG
}

// forCamera tells whether the item is the camera's business.
func (i item) forCamera() bool {
	switch i.cmd {
	case common.MAV_CMD_DO_DIGICAM_CONTROL,
		common.MAV_CMD_SET_CAMERA_ZOOM, common.MAV_CMD_SET_CAMERA_FOCUS, common.MAV_CMD_SET_CAMERA_SOURCE,
		common.MAV_CMD_IMAGE_START_CAPTURE, common.MAV_CMD_IMAGE_STOP_CAPTURE,
		common.MAV_CMD_VIDEO_START_CAPTURE, common.MAV_CMD_VIDEO_STOP_CAPTURE:
		return true
	}
	return false
}
