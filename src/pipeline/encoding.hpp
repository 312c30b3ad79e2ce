#pragma once
#include <string>
#include <unordered_map>

#include "base/binary.hpp"
#include "pipeline/model.hpp"

/// The model as bytes, for the compiled files. Reading throws std::out_of_range for other bytes.
namespace expcore::pipeline {

void write_pipeline(BinaryWriter& out, const PipelineFile& file);
PipelineFile read_pipeline(BinaryReader& in);

void write_lock_entries(BinaryWriter& out,
                        const std::unordered_map<std::string, LockEntry>& entries);
std::unordered_map<std::string, LockEntry> read_lock_entries(BinaryReader& in);

}  // namespace expcore::pipeline
