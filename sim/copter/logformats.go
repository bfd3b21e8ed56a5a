package copter

import "vedette/sim/dataflash"

// logFormats are the records of the onboard logs: those of ArduCopter that viewers look for.
var logFormats = []dataflash.Format{
	{Type: 32, Name: "PARM", Fields: "QNff", Labels: "TimeUS,Name,Value,Default"},
	{Type: 33, Name: "MSG", Fields: "QZ", Labels: "TimeUS,Message"},
	{Type: 34, Name: "VER", Fields: "QBHBBBBIZH", Labels: "TimeUS,BT,BST,Maj,Min,Pat,FWT,GH,FWS,APJ"},
	{Type: 35, Name: "MODE", Fields: "QMBB", Labels: "TimeUS,Mode,ModeNum,Rsn"},
	{Type: 36, Name: "ARM", Fields: "QBIBB", Labels: "TimeUS,ArmState,ArmChecks,Forced,Method"},
	{Type: 37, Name: "EV", Fields: "QB", Labels: "TimeUS,Id"},
	{Type: 38, Name: "GPS", Fields: "QBBIHBcLLffff", Labels: "TimeUS,I,Status,GMS,GWk,NSats,HDop,Lat,Lng,Alt,Spd,GCrs,VZ"},
	{Type: 39, Name: "ATT", Fields: "QcccccC", Labels: "TimeUS,DesRoll,Roll,DesPitch,Pitch,DesYaw,Yaw"},
	{Type: 40, Name: "POS", Fields: "QLLfff", Labels: "TimeUS,Lat,Lng,Alt,RelHomeAlt,RelOriginAlt"},
	{Type: 41, Name: "BAT", Fields: "QBfffffcfB", Labels: "TimeUS,Inst,Volt,VoltR,Curr,CurrTot,EnrgTot,Temp,Res,RemPct"},
	{Type: 42, Name: "CMD", Fields: "QHHHffffLLfB", Labels: "TimeUS,CTot,CNum,CId,Prm1,Prm2,Prm3,Prm4,Lat,Lng,Alt,Frame"},
	{Type: 43, Name: "ORGN", Fields: "QBLLf", Labels: "TimeUS,Type,Lat,Lng,Alt"},
}
