package klv

// Tags of MISB ST 0601 that are read by name here.
const (
	TagTime             = 2
	TagMission          = 3
	TagTailNumber       = 4
	TagPlatformHeading  = 5
	TagPlatformPitch    = 6
	TagPlatformRoll     = 7
	TagPlatform         = 10
	TagSensor           = 11
	TagSensorLat        = 13
	TagSensorLon        = 14
	TagSensorAltitude   = 15
	TagHFOV             = 16
	TagVFOV             = 17
	TagRelAzimuth       = 18
	TagRelElevation     = 19
	TagRelRoll          = 20
	TagSlantRange       = 21
	TagTargetWidth      = 22
	TagCenterLat        = 23
	TagCenterLon        = 24
	TagCenterElevation  = 25
	TagCornerOffsets    = 26 // latitude of the first corner; to 33
	TagSecurity         = 48
	TagCallSign         = 59
	TagVersion          = 65
	TagVMTI             = 74
	TagSensorHAE        = 75
	TagCenterHAE        = 78
	TagVelocityNorth    = 79
	TagVelocityEast     = 80
	TagCorners          = 82 // latitude of the first corner; to 89
	TagPitchFull        = 90
	TagRollFull         = 91
	TagTargetWidthLong  = 96
	TagSensorHAELong    = 104
	TagSensorRateOfTurn = 117 // azimuth; elevation and roll follow
)

const nameChecksum = "checksum"

// Ranges that several tags share: heights of the short form and the long one, and places.
var (
	heightShort = unsignedOver(2, -900, 19000)
	heightLong  = mapped{3, imapb{-900, 40000}}
	latitude    = signedOver(4, 90)
	longitude   = signedOver(4, 180)
	angle16     = unsignedOver(2, 0, 360)
	cornerSide  = signedOver(2, 0.075)
	turnRate    = mapped{3, imapb{-1000, 1000}}
	code        = whole{1}
)

// st0601 is the UAS datalink local set (MISB ST 0601). Pressures are in pascal here, ranges in metres.
var st0601 = dictionary{
	tagChecksum: {nameChecksum, opaque{}},
	TagTime:     {"precision_timestamp_us", whole{8}},
	TagMission:  {"mission_id", text{}}, TagTailNumber: {"platform_tail_number", text{}},
	TagPlatformHeading: {"platform_heading_deg", angle16},
	TagPlatformPitch:   {"platform_pitch_deg", signedOver(2, 20)},
	TagPlatformRoll:    {"platform_roll_deg", signedOver(2, 50)},
	8:                  {"platform_true_airspeed_mps", times{1, 1}}, 9: {"platform_indicated_airspeed_mps", times{1, 1}},
	TagPlatform: {"platform_designation", text{}},
	TagSensor:   {"image_source_sensor", text{}}, 12: {"image_coordinate_system", text{}},
	TagSensorLat: {"sensor_lat_deg", latitude}, TagSensorLon: {"sensor_lon_deg", longitude},
	TagSensorAltitude: {"sensor_true_altitude_m", heightShort},
	TagHFOV:           {"sensor_hfov_deg", unsignedOver(2, 0, 180)}, TagVFOV: {"sensor_vfov_deg", unsignedOver(2, 0, 180)},
	TagRelAzimuth:   {"sensor_rel_azimuth_deg", unsignedOver(4, 0, 360)},
	TagRelElevation: {"sensor_rel_elevation_deg", signedOver(4, 180)},
	TagRelRoll:      {"sensor_rel_roll_deg", unsignedOver(4, 0, 360)},
	TagSlantRange:   {"slant_range_m", unsignedOver(4, 0, 5e6)},
	TagTargetWidth:  {"target_width_m", unsignedOver(2, 0, 10000)},
	TagCenterLat:    {"frame_center_lat_deg", latitude}, TagCenterLon: {"frame_center_lon_deg", longitude},
	TagCenterElevation: {"frame_center_elevation_m", heightShort},
	26:                 {"offset_corner_lat_1_deg", cornerSide}, 27: {"offset_corner_lon_1_deg", cornerSide},
	28: {"offset_corner_lat_2_deg", cornerSide}, 29: {"offset_corner_lon_2_deg", cornerSide},
	30: {"offset_corner_lat_3_deg", cornerSide}, 31: {"offset_corner_lon_3_deg", cornerSide},
	32: {"offset_corner_lat_4_deg", cornerSide}, 33: {"offset_corner_lon_4_deg", cornerSide},
	34: {"icing_detected", code}, 35: {"wind_direction_deg", angle16}, 36: {"wind_speed_mps", unsignedOver(1, 0, 100)},
	37: {"static_pressure_pa", unsignedOver(2, 0, 5e5)}, 38: {"density_altitude_m", heightShort},
	39: {"outside_air_temperature_c", signed{1}},
	40: {"target_lat_deg", latitude}, 41: {"target_lon_deg", longitude}, 42: {"target_elevation_m", heightShort},
	43: {"target_gate_width_px", times{1, 2}}, 44: {"target_gate_height_px", times{1, 2}},
	45: {"target_ce90_m", unsignedOver(2, 0, 4095)}, 46: {"target_le90_m", unsignedOver(2, 0, 4095)},
	47: {"generic_flags", code}, TagSecurity: {"security_local_set", local{st0102}},
	49: {"differential_pressure_pa", unsignedOver(2, 0, 5e5)}, 50: {"angle_of_attack_deg", signedOver(2, 20)},
	51: {"vertical_speed_mps", signedOver(2, 180)}, 52: {"sideslip_deg", signedOver(2, 20)},
	53: {"airfield_pressure_pa", unsignedOver(2, 0, 5e5)}, 54: {"airfield_elevation_m", heightShort},
	55: {"relative_humidity_percent", unsignedOver(1, 0, 100)}, 56: {"ground_speed_mps", times{1, 1}},
	57: {"ground_range_m", unsignedOver(4, 0, 5e6)}, 58: {"fuel_remaining_kg", unsignedOver(2, 0, 10000)},
	TagCallSign: {"platform_call_sign", text{}},
	60:          {"weapon_load", whole{2}}, 61: {"weapon_fired", code}, 62: {"laser_prf_code", whole{2}},
	63: {"sensor_fov_name", code}, 64: {"platform_magnetic_heading_deg", angle16}, TagVersion: {"ls_version", code},
	67: {"alternate_platform_lat_deg", latitude}, 68: {"alternate_platform_lon_deg", longitude},
	69: {"alternate_platform_altitude_m", heightShort}, 70: {"alternate_platform_name", text{}},
	71: {"alternate_platform_heading_deg", angle16}, 72: {"event_start_time_us", whole{8}},
	TagVMTI:      {"vmti_local_set", local{st0903}},
	TagSensorHAE: {"sensor_ellipsoid_height_m", heightShort}, 76: {"alternate_platform_ellipsoid_height_m", heightShort},
	77: {"operational_mode", code}, TagCenterHAE: {"frame_center_ellipsoid_height_m", heightShort},
	TagVelocityNorth: {"sensor_north_velocity_mps", signedOver(2, 327)}, TagVelocityEast: {"sensor_east_velocity_mps", signedOver(2, 327)},
	82: {"corner_lat_1_deg", latitude}, 83: {"corner_lon_1_deg", longitude},
	84: {"corner_lat_2_deg", latitude}, 85: {"corner_lon_2_deg", longitude},
	86: {"corner_lat_3_deg", latitude}, 87: {"corner_lon_3_deg", longitude},
	88: {"corner_lat_4_deg", latitude}, 89: {"corner_lon_4_deg", longitude},
	TagPitchFull: {"platform_pitch_full_deg", signedOver(4, 90)}, TagRollFull: {"platform_roll_full_deg", signedOver(4, 90)},
	92: {"angle_of_attack_full_deg", signedOver(4, 90)}, 93: {"sideslip_full_deg", signedOver(4, 180)},
	94: {"miis_core_identifier", opaque{}}, TagTargetWidthLong: {"target_width_extended_m", mapped{3, imapb{0, 1.5e6}}},
	103: {"density_altitude_extended_m", heightLong}, TagSensorHAELong: {"sensor_ellipsoid_height_extended_m", heightLong},
	105: {"alternate_platform_ellipsoid_height_extended_m", heightLong},
	106: {"stream_designator", text{}}, 107: {"operational_base", text{}}, 108: {"broadcast_source", text{}},
	110: {"time_airborne_s", whole{}}, 112: {"platform_course_deg", mapped{2, imapb{0, 360}}},
	113: {"altitude_agl_m", heightLong}, 114: {"radar_altimeter_m", heightLong},
	TagSensorRateOfTurn: {"sensor_azimuth_rate_degps", turnRate}, 118: {"sensor_elevation_rate_degps", turnRate},
	119: {"sensor_roll_rate_degps", turnRate}, 120: {"storage_full_percent", mapped{2, imapb{0, 100}}},
	123: {"satellites_in_view", code}, 124: {"positioning_source", code}, 125: {"platform_status", code},
	126: {"sensor_control_mode", code}, 129: {"target_id", text{}}, 131: {"takeoff_time_us", whole{}},
	134: {"zoom_percent", mapped{2, imapb{0, 100}}}, 135: {"communications_method", text{}},
	136: {"leap_seconds_s", signed{1}}, 137: {"time_correction_us", signed{4}},
}
