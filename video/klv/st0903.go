package klv

// Tags of MISB ST 0903 that are read by name here: of the VMTI set, and of one target.
const (
	vmtiTotal      = 5
	vmtiWidth      = 8
	vmtiHeight     = 9
	vmtiTargets    = 101
	targetCentroid = 1
	targetTopLeft  = 2
	targetBottom   = 3
	targetPercent  = 5
	targetDLat     = 10
	targetDLon     = 11
	targetHAE      = 12
	targetPlace    = 17
	targetRow      = 19
	targetColumn   = 20
)

// Ranges that several tags share.
var (
	targetSide   = mapped{3, imapb{-19.2, 19.2}}
	targetHeight = mapped{2, imapb{-900, 19000}}
	targetSigma  = mapped{2, imapb{0, 650}}
	targetRho    = mapped{2, imapb{-1, 1}}
)

// st0903 is the local set of moving targets (VMTI, MISB ST 0903).
var st0903 = dictionary{
	1: {nameChecksum, opaque{}}, 2: {"precision_timestamp_us", whole{8}}, 3: {"system_name", text{}}, 4: {"ls_version", whole{}},
	vmtiTotal: {"targets_detected", whole{}}, 6: {"targets_reported", whole{}}, 7: {"frame_number", whole{}},
	vmtiWidth: {"frame_width_px", whole{}}, vmtiHeight: {"frame_height_px", whole{}}, 10: {"source_sensor", text{}},
	11: {"hfov_deg", mapped{2, imapb{0, 180}}}, 12: {"vfov_deg", mapped{2, imapb{0, 180}}}, 13: {"miis_core_identifier", opaque{}},
	vmtiTargets: {"vtarget_series", series{"vtarget", vtarget}}, 102: {"algorithm_series", opaque{}}, 103: {"ontology_series", opaque{}},
}

// vtarget is one target (MISB ST 0903). Pixels count from 1, row by row from the upper left corner.
var vtarget = dictionary{
	targetCentroid: {"centroid_pixel", whole{}}, targetTopLeft: {"box_top_left_pixel", whole{}}, targetBottom: {"box_bottom_right_pixel", whole{}},
	4: {"priority", code}, targetPercent: {"confidence_percent", code}, 6: {"history", whole{}}, 7: {"target_pixels_percent", code},
	8: {"color_rgb", opaque{}}, 9: {"intensity", whole{}},
	targetDLat: {"lat_offset_deg", targetSide}, targetDLon: {"lon_offset_deg", targetSide}, targetHAE: {"ellipsoid_height_m", targetHeight},
	13: {"box_top_left_lat_offset_deg", targetSide}, 14: {"box_top_left_lon_offset_deg", targetSide},
	15: {"box_bottom_right_lat_offset_deg", targetSide}, 16: {"box_bottom_right_lon_offset_deg", targetSide},
	targetPlace: {"location", placePack}, 18: {"contour_series", opaque{}},
	targetRow: {"centroid_row_px", whole{}}, targetColumn: {"centroid_column_px", whole{}}, 21: {"fpa_index", opaque{}}, 22: {"algorithm_id", whole{}},
	101: {"vmask", opaque{}}, 102: {"vobject", opaque{}}, 103: {"vfeature", opaque{}}, 104: {"vtracker", opaque{}}, 105: {"vchip", opaque{}},
	106: {"vchip_series", opaque{}}, 107: {"vobject_series", opaque{}},
}

// placePack is a place with its standard deviations and correlations (MISB ST 0903, tag 17 of VTarget).
var placePack = pack{
	{field{"lat_deg", mapped{4, imapb{-90, 90}}}, 4}, {field{"lon_deg", mapped{4, imapb{-180, 180}}}, 4},
	{field{"ellipsoid_height_m", targetHeight}, 2},
	{field{"sigma_east_m", targetSigma}, 2}, {field{"sigma_north_m", targetSigma}, 2}, {field{"sigma_up_m", targetSigma}, 2},
	{field{"rho_east_north", targetRho}, 2}, {field{"rho_east_up", targetRho}, 2}, {field{"rho_north_up", targetRho}, 2},
}
