#include "services/schema/registries.h"

#include "dci/common/v1/code_list.pb.h"
#include "dci/crvs/v1/code_list.pb.h"
#include "dci/crvs/v1/crvs.pb.h"
#include "dci/crvs/v1/crvs_service.pb.h"
#include "dci/disability/v1/code_list.pb.h"
#include "dci/disability/v1/disability.pb.h"
#include "dci/disability/v1/disability_query.pb.h"
#include "dci/disability/v1/disability_query_service.pb.h"
#include "dci/disability/v1/disability_service.pb.h"
#include "dci/employment/v1/code_list.pb.h"
#include "dci/employment/v1/employment.pb.h"
#include "dci/employment/v1/employment_service.pb.h"
#include "dci/employment/v1/enrolment_check.pb.h"
#include "dci/employment/v1/enrolment_check_service.pb.h"
#include "dci/farmer/v1/code_list.pb.h"
#include "dci/farmer/v1/farmer.pb.h"
#include "dci/farmer/v1/farmer_service.pb.h"
#include "dci/ibr/v1/code_list.pb.h"
#include "dci/ibr/v1/enrolment.pb.h"
#include "dci/ibr/v1/enrolment_service.pb.h"
#include "dci/ibr/v1/ibr.pb.h"
#include "dci/ibr/v1/ibr_service.pb.h"
#include "dci/social/v1/social.pb.h"
#include "dci/social/v1/social_service.pb.h"

namespace dci::schema {
namespace {

// Of a file that has only services. Nothing but this table names its code, and
// what nobody names the linker leaves out.
const google::protobuf::FileDescriptor* Of(
    const google::protobuf::internal::DescriptorTable& table) {
  return google::protobuf::DescriptorPool::generated_pool()->FindFileByName(
      table.filename);
}

}  // namespace

std::vector<const google::protobuf::FileDescriptor*> RegistryFiles() {
  return {
      common::v1::Sex_descriptor()->file(),
      crvs::v1::Person::descriptor()->file(),
      crvs::v1::VitalEventType_descriptor()->file(),
      disability::v1::DisabledPerson::descriptor()->file(),
      disability::v1::DisabilityStatus_descriptor()->file(),
      employment::v1::EnrolmentStatus_descriptor()->file(),
      employment::v1::Member::descriptor()->file(),
      farmer::v1::Farmer::descriptor()->file(),
      farmer::v1::FarmType_descriptor()->file(),
      ibr::v1::Beneficiary::descriptor()->file(),
      ibr::v1::BenefitType_descriptor()->file(),
      social::v1::Group::descriptor()->file(),
      Of(descriptor_table_dci_2fcrvs_2fv1_2fcrvs_5fservice_2eproto),
      Of(descriptor_table_dci_2fdisability_2fv1_2fdisability_5fquery_5fservice_2eproto),
      Of(descriptor_table_dci_2fdisability_2fv1_2fdisability_5fservice_2eproto),
      Of(descriptor_table_dci_2femployment_2fv1_2femployment_5fservice_2eproto),
      Of(descriptor_table_dci_2femployment_2fv1_2fenrolment_5fcheck_5fservice_2eproto),
      Of(descriptor_table_dci_2ffarmer_2fv1_2ffarmer_5fservice_2eproto),
      Of(descriptor_table_dci_2fibr_2fv1_2fenrolment_5fservice_2eproto),
      Of(descriptor_table_dci_2fibr_2fv1_2fibr_5fservice_2eproto),
      Of(descriptor_table_dci_2fsocial_2fv1_2fsocial_5fservice_2eproto),
  };
}

}  // namespace dci::schema
