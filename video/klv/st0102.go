package klv

// st0102 is the security metadata local set (MISB ST 0102).
var st0102 = dictionary{
	1: {"classification", code}, 2: {"classifying_country_coding_method", code}, 3: {"classifying_country", text{}},
	4: {"sci_shi_information", text{}}, 5: {"caveats", text{}}, 6: {"releasing_instructions", text{}},
	7: {"classified_by", text{}}, 8: {"derived_from", text{}}, 9: {"classification_reason", text{}},
	10: {"declassification_date", text{}}, 11: {"marking_system", text{}},
	12: {"object_country_coding_method", code}, 13: {"object_country_codes", text{wide: true}},
	14: {"classification_comments", text{}}, 15: {"umid", opaque{}}, 19: {"stream_id", code}, 20: {"transport_stream_id", whole{2}},
	21: {"item_designator_id", opaque{}}, 22: {"version", whole{2}},
	23: {"classifying_country_coding_method_version_date", text{}}, 24: {"object_country_coding_method_version_date", text{}},
}

// classifications are the names of tag 1 of ST 0102, from 1.
var classifications = []string{"unclassified", "restricted", "confidential", "secret", "top secret"}
